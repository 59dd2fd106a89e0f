"""What the strict reader declines because feedparser may read it otherwise, and what it takes."""

import pytest

from monitor.parsing.fastxml import read_fast
from monitor.parsing.links import web_link

NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:x="https://x.example/ns"'
)


def rss(inner: str, head: str = "") -> bytes:
    return f'<rss version="2.0" {NAMESPACES}><channel><title>T</title>{head}{inner}</channel></rss>'.encode()


def item(inner: str, head: str = "") -> bytes:
    return rss(f"<item><title>T</title>{inner}</item>", head)


def atom(inner: str) -> bytes:
    entry = f"<entry><title>T</title>{inner}</entry>"
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {NAMESPACES}><title>T</title>{entry}</feed>'.encode()


DECLINED = {
    "no well-formed XML": b"<rss><channel></rss>",
    "an undeclared prefix": item("").replace(b"<title>T</title></item>", b"<q:a>T</q:a></item>"),
    "a DOCTYPE": b"<!DOCTYPE rss>" + item(""),
    "another root": b"<html><body/></html>",
    "two channels": b'<rss version="2.0"><channel/><channel/></rss>',
    "xml:base": item('<link xml:base="/x">a</link>'),
    "C1 characters": item("<description>\u0093x\u0094</description>"),
    "references to C1 characters": item("<description>&#147;x&#x94;</description>"),
    "UTF-8 encoded twice": item("<description>\u00c3\u00a9</description>"),
    "items in items": rss("<item><item/></item>"),
    "items in text": item("<description><![CDATA[<item>]]></description>"),
    "elements in text": item("<description><p>x</p></description>"),
    "a date that is none": item("<pubDate>soon</pubDate>"),
    "a summary before the description of the channel": item(
        "", "<itunes:summary>s</itunes:summary><description/>"
    ),
    "content of the channel": item("", "<content:encoded>s</content:encoded>"),
    "a link with attributes and no href": item('<link rel="alternate">https://n.example/</link>'),
    "a link with an empty href": item('<atom:link href=""/>'),
    "a link to something else than a page": item('<atom:link href="https://n.example/" type="image/png"/>'),
    "a link with half a reference": item("<link>https://n.example/?a&amp;b;=1</link>"),
    "too many slashes": item('<atom:link href="https:///n.example"/>'),
    "an empty link after another": item('<atom:link href="https://n.example/"/><link/>'),
    "a second guid": item("<guid>a</guid><guid>b</guid>"),
    "an empty guid": item("<guid/>"),
    "a mail address in an odd form": item("<author>Ann, a@b.example</author>"),
    "a person without a name": atom("<author><email>a@b.example</email></author>"),
    "a person with more than a name": atom("<author><name>A</name><title>Dr</title></author>"),
    "a person after a name": atom("<dc:creator>B</dc:creator><author><name>A</name></author>"),
    "an empty category with a domain": item('<category domain="d"/>'),
    "a category with label and text": atom('<category label="l">t</category>'),
    "another title after a source": item("<source>S</source><media:title>M</media:title>"),
    "a media title alone": rss("<item><media:title>M</media:title></item>"),
    "two descriptions in Atom": atom("<summary>a</summary><media:description>b</media:description>"),
    "two contents in Atom": atom("<content>a</content><content>b</content>"),
    "base64": atom('<content type="image/png">AAAA</content>'),
    "content elsewhere": atom('<content src="https://n.example/"/>'),
    "an old mode": atom('<content mode="escaped">x</content>'),
    "xhtml beside its div": atom('<content type="xhtml">x<div>y</div></content>'),
    "xhtml with prefixes": atom(
        '<content type="xhtml"><h:div xmlns:h="http://www.w3.org/1999/xhtml">y</h:div></content>'
    ),
    "containers without end": item("<media:group>" * 6 + "</media:group>" * 6),
    "a field of the item in a container": item("<media:group><link>https://n.example/</link></media:group>"),
    "fields in an ignored element": item("<x:other><title>X</title></x:other>"),
    "a known prefix for another namespace": item('<dc:title xmlns:dc="https://x.example/">X</dc:title>'),
    "an element with a meaning only there": item("<managingEditor>x</managingEditor>"),
    "an itunes element with one": item('<itunes:category text="x"/>'),
    "CDF": rss('<item href="https://n.example/"><title>T</title></item>'),
}


@pytest.mark.parametrize("body", DECLINED.values(), ids=DECLINED)
def test_the_strict_reader_declines(body: bytes) -> None:
    assert read_fast(body, "", "https://n.example/feed") is None


TAKEN = {
    "unknown elements with a prefix": item('<x:other a="1"><x:more>X</x:more></x:other>'),
    "unknown elements of another default namespace": item('<post-id xmlns="com-example:additions">8</post-id>'),
    "unknown elements of no namespace": item("<rating>5</rating>"),
    "comments and processing instructions": item("<!-- x --><?php y ?><description>a<!-- b -->c</description>"),
    "the reference to a vertical bar": item("<description>a &#124; b</description>"),
    "a source with elements": atom("<source><id>urn:s</id><title>S</title></source>"),
    "a contributor": atom("<contributor><name>C</name></contributor>"),
    "items beside the channel": b'<rss version="2.0"><channel/><item><title>T</title></item></rss>',
    "names in capitals": item("<PUBDATE>2026-11-22</PUBDATE>"),
    "a second title": item("<dc:title>Other</dc:title>"),
    "a description in a container after content": item(
        "<description>a</description><content:encoded>b</content:encoded>"
        "<media:group><media:description>c</media:description></media:group>"
    ),
    "no items at all": rss(""),
}


@pytest.mark.parametrize("body", TAKEN.values(), ids=TAKEN)
def test_the_strict_reader_takes(body: bytes) -> None:
    document = read_fast(body, "", "https://n.example/feed")

    assert document is not None
    assert all(one.title.value == "T" for one in document.items)


@pytest.mark.parametrize(
    ("link", "base", "found"),
    [
        ("https://n.example/a", "", "https://n.example/a"),
        ("HTTP://N.example/a", "", "HTTP://N.example/a"),
        (" /a ", "https://n.example/b/c", "https://n.example/a"),
        ("a", "https://n.example/b/c", "https://n.example/b/a"),
        ("//m.example/a", "https://n.example/", "https://m.example/a"),
        ("/a", "", ""),
        ("", "https://n.example/", ""),
        ("mailto:a@b.example", "https://n.example/", ""),
        ("java\tscript:x", "https://n.example/", ""),
        ("https:///x", "", ""),
        ("http://[bad", "https://n.example/", "http://[bad"),
        ("//[bad", "https://n.example/", ""),
        ("?x", "ftp://n.example/", ""),
        ("https://n.example/a\u00a0b<c>", "", "https://n.example/a%C2%A0b%3Cc%3E"),
        ("https://n.example/\ud800", "", "https://n.example/%3F"),
        ("https://n.example/" + "a" * 5000, "", ""),
        ("https://n.example/" + "ж" * 5000, "", ""),
    ],
)
def test_a_link_is_an_address_of_the_web_or_nothing(link: str, base: str, found: str) -> None:
    assert web_link(link, base) == found
