"""What addresses carry besides the page they name: tracking parameters, redirectors, noisy fragments."""

import re

# Parameter (lower case) -> who adds it. Only names that never choose the page: an unknown one is kept.
PARAMETERS = {
    "fbclid": "Facebook click",
    "gclid": "Google Ads click",
    "gclsrc": "Google Ads click source",
    "dclid": "Google Display click",
    "gbraid": "Google Ads, iOS app to web",
    "wbraid": "Google Ads, iOS web to app",
    "gad_source": "Google Ads source",
    "gad_campaignid": "Google Ads campaign",
    "srsltid": "Google Merchant listing",
    "ga_source": "Google Analytics campaign",
    "ga_medium": "Google Analytics campaign",
    "ga_campaign": "Google Analytics campaign",
    "ga_content": "Google Analytics campaign",
    "ga_term": "Google Analytics campaign",
    "_ga": "Google Analytics linker",
    "_gl": "Google cross-domain linker",
    "msclkid": "Microsoft Ads click",
    "ttclid": "TikTok click",
    "twclid": "X (Twitter) click",
    "li_fat_id": "LinkedIn click",
    "yclid": "Yandex Direct click",
    "ysclid": "Yandex search click",
    "_openstat": "Openstat, used by Yandex and Mail.ru",
    "igshid": "Instagram share",
    "igsh": "Instagram share",
    "epik": "Pinterest click",
    "sccid": "Snapchat click",
    "rdt_cid": "Reddit click",
    "mc_cid": "Mailchimp campaign",
    "mc_eid": "Mailchimp recipient",
    "mkt_tok": "Marketo mail",
    "_hsenc": "HubSpot mail",
    "_hsmi": "HubSpot mail",
    "__hstc": "HubSpot visitor",
    "__hssc": "HubSpot session",
    "__hsfp": "HubSpot fingerprint",
    "hsctatracking": "HubSpot button",
    "vero_id": "Vero mail",
    "vero_conv": "Vero mail",
    "oly_enc_id": "Omeda mail",
    "oly_anon_id": "Omeda mail",
    "_ke": "Klaviyo mail",
    "ss_email_id": "SharpSpring mail",
    "wickedid": "Wicked Reports",
    "s_kwcid": "Adobe Advertising keyword",
    "ef_id": "Adobe Advertising click",
    "s_cid": "Adobe Analytics campaign",
    "cmpid": "campaign id of several news sites",
    "xtor": "AT Internet, common in French feeds",
    "at_medium": "AT Internet, used by the BBC",
    "at_campaign": "AT Internet, used by the BBC",
    "at_custom1": "AT Internet",
    "at_custom2": "AT Internet",
    "at_custom3": "AT Internet",
    "at_custom4": "AT Internet",
    "wt_mc": "Webtrekk, common in German feeds",
    "wt.mc_id": "Webtrends campaign",
    "wtmc": "Webtrekk",
    "ns_campaign": "comScore",
    "ns_mchannel": "comScore",
    "ns_source": "comScore",
    "ns_linkname": "comScore",
    "ns_fee": "comScore",
    "guccounter": "Yahoo consent redirect",
    "guce_referrer": "Yahoo consent redirect",
    "guce_referrer_sig": "Yahoo consent redirect",
    "ref_src": "X (Twitter) embed",
    "ref_url": "X (Twitter) embed",
    "__twitter_impression": "X (Twitter) preview",
    "ftag": "CBS Interactive feeds",
    "ftcamp": "Financial Times feeds",
    "taid": "Trueanthem social posts",
    "traffic_source": "where the click came from, Al Jazeera feeds",
    "spm": "Alibaba page position",
    "phpsessid": "PHP session",
    "jsessionid": "Java session",
    "sessionid": "session",
    "usqp": "Google AMP viewer",
    "amp_js_v": "Google AMP viewer",
    "amp_gsa": "Google AMP viewer",
    "aoh": "Google AMP viewer",
    "cndid": "Condé Nast reader",
    "xnpe_tifc": "Exponea",
    "trk_contact": "Listrak mail",
    "trk_msg": "Listrak mail",
    "dm_i": "dotdigital mail",
    "vgo_ee": "ActiveCampaign mail",
    "ml_subscriber": "MailerLite mail",
    "ml_subscriber_hash": "MailerLite mail",
    "rb_clickid": "Rambler click",
}

# Prefix -> a family of parameters.
PREFIXES = (
    "utm_",  # Urchin / Google Analytics campaign
    "pk_",  # Piwik campaign
    "piwik_",  # Piwik campaign
    "mtm_",  # Matomo campaign
    "matomo_",  # Matomo campaign
    "stm_",  # Sendinblue, Snowplow
    "itm_",  # internal campaign
    "hsa_",  # HubSpot Ads
    "fb_action_",  # Facebook app stories
)

# Parameters that are noise on one site and may choose the page on another: (host or a domain above it, names).
HOST_PARAMETERS = (
    ("youtube.com", frozenset({"si", "feature", "pp", "ab_channel", "app"})),
    ("youtu.be", frozenset({"si", "feature"})),
    ("x.com", frozenset({"s", "t"})),
    ("twitter.com", frozenset({"s", "t"})),
    ("blogspot.com", frozenset({"m"})),
    ("news.google.com", frozenset({"hl", "gl", "ceid", "oc"})),
    ("medium.com", frozenset({"source"})),
    ("facebook.com", frozenset({"mibextid", "rdid", "__tn__", "__cft__[0]"})),
    ("reddit.com", frozenset({"share_id", "rdt"})),
    ("theguardian.com", frozenset({"cmp"})),
    (
        "nytimes.com",
        frozenset({"partner", "emc", "smid", "smtyp", "campaign_id", "instance_id", "segment_id", "user_id"}),
    ),
    ("dw.com", frozenset({"maca"})),
    ("bbc.com", frozenset({"ocid"})),
    ("bbc.co.uk", frozenset({"ocid"})),
    ("msn.com", frozenset({"ocid", "cvid", "pc"})),
    ("techcrunch.com", frozenset({"ncid"})),
    ("reuters.com", frozenset({"feedtype", "feedname"})),
    ("washingtonpost.com", frozenset({"itid"})),
    ("bloomberg.com", frozenset({"srnd", "leadsource"})),
    ("substack.com", frozenset({"r", "publication_id", "post_id", "triedredirect"})),
)

# Redirecting pages whose target stands in the address: (folded host + path, names of the parameter, lower case).
REDIRECTS = (
    (re.compile(r"news\.google\.[a-z.]+/.*"), ("url", "q")),
    (re.compile(r"google\.[a-z.]+/(?:url|imgres)"), ("url", "q", "imgrefurl")),
    (re.compile(r"lm?\.facebook\.com/l\.php"), ("u",)),
    (re.compile(r"facebook\.com/(?:l|sharer/sharer|sharer)\.php"), ("u",)),
    (re.compile(r"l\.instagram\.com/"), ("u",)),
    (re.compile(r"youtube\.com/redirect"), ("q",)),
    (re.compile(r"out\.reddit\.com/.*"), ("url",)),
    (re.compile(r"(?:away\.)?vk\.com/away(?:\.php)?"), ("to",)),
    (re.compile(r"linkedin\.com/(?:redir/redirect|safety/go)"), ("url",)),
    (re.compile(r"t\.umblr\.com/redirect"), ("z",)),
    (re.compile(r"bing\.com/news/apiclick\.aspx"), ("url",)),
    (re.compile(r"duckduckgo\.com/l/"), ("uddg",)),
    (re.compile(r"getpocket\.com/redirect"), ("url",)),
    (re.compile(r"slack-redir\.net/link"), ("url",)),
    (re.compile(r"[a-z0-9.]+\.safelinks\.protection\.outlook\.com/.*"), ("url",)),
)

# Fragments that name a place in the page, a share or a click, never an item.
FRAGMENT_NOISE = re.compile(
    r"#(?:[^=]*=|:~:|comments?\b|respond|disqus|more\b|rss|atom|ref\b|xtor|echobox|top|content|main|p?\d{1,2}$)",
    re.IGNORECASE,
)
