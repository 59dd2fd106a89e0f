"""Words in dates: zones by their names and months in the languages of feeds."""

import re

# Minutes east of UTC. Where a name means several zones, the one that feeds mean most often.
_ZONES = """
UT 0  UTC 0  GMT 0  Z 0  WET 0  WEST 60  BST 60  CET 60  MEZ 60  CEST 120  MESZ 120  MET 60  MEST 120
EET 120  EEST 180  MSK 180  MSD 240  FET 180  TRT 180  SAMT 240  YEKT 300  OMST 360  NOVT 420  KRAT 420
IRKT 480  YAKT 540  VLAT 600  MAGT 660  PETT 720  AZT 240  AMT 240  GET 240  UZT 300  ALMT 360  KZT 300
IDT 180  IST 330  AST -240  ADT -180  IRST 210  IRDT 270  GST 240  PKT 300  NPT 345  BDT 360  MMT 390
ICT 420  WIB 420  WITA 480  WIT 540  HKT 480  SGT 480  MYT 480  PHT 480  CNT 480  AWST 480  JST 540  KST 540
ACST 570  ACDT 630  AEST 600  AEDT 660  NZST 720  NZDT 780  SAST 120  CAT 120  EAT 180  WAT 60
NST -210  NDT -150  EST -300  EDT -240  CST -360  CDT -300  MST -420  MDT -360  PST -480  PDT -420
ET -300  CT -360  MT -420  PT -480  AKST -540  AKDT -480  HST -600
KALT 120  AFT 270  TMT 300  TJT 300  ORAT 300  SLST 330  KGT 360  BTT 360  HOVT 420  ULAT 480
CHST 600  SBT 660  FJT 720  AZOT -60  CVT -60  UYST -120  BOT -240  PYT -240  ECT -300  HDT -540  SST -660
BRT -180  BRST -120  ART -180  CLT -240  CLST -180  COT -300  PET -300  VET -240  UYT -180
"""
ZONES: dict[str, int] = {name: int(east) for name, east in re.findall(r"(\w+) (-?\d+)", _ZONES)}

# One line a month; abbreviations of other languages only where no other month has the same.
_MONTHS = """
january jan januar jän jänner jaen jaenner janvier janv enero ene gennaio gen janeiro januari januar ocak oca leden ledna stycznia styczeń sty tammikuu tammikuuta ianuarie január januarie січня січень січ января январь янв студзеня януари студзень ιανουάριος ιανουαρίου ιαν januára jaanuar
february feb februar febr feber février févr fév febrero febbraio fevereiro fev februari şubat şub únor února lutego luty lut helmikuu helmikuuta februarie február лютого лютий лют февраля февраль фев февр лютага февруари φεβρουάριος φεβρουαρίου φεβ
march mar märz mrz maerz mars marzo março maart maa mart březen března marca marzec maaliskuu maaliskuuta martie március березня березень бер марта март мар сакавіка mär μάρτιος μαρτίου μαρ сакавік marec marts
april apr avril avr abril abr aprile april nisan nis duben dubna kwietnia kwiecień kwi huhtikuu huhtikuuta aprilie április квітня квітень квіт кві апреля апрель апр красавіка април απρίλιος απριλίου απρ красавік apríl
may mai mayo mag maggio maio mei mayıs květen května maja maj toukokuu toukokuuta május травня травень трав тра мая май траўня μάιος μαΐου μαι травеня máj
june jun juni juin junho giugno giu junio haziran haz červen června czerwca czerwiec cze kesäkuu kesäkuuta iunie június червня червень черв чер июня июнь июн чэрвеня юни ιούνιος ιουνίου ιουν чэрвень jún
july jul juli juillet juil julho luglio lug julio temmuz tem červenec července lipca lipiec lip heinäkuu heinäkuuta iulie július липня липень лип июля июль июл ліпеня юли ιούλιος ιουλίου ιουλ ліпень júl
august aug août aout agosto ago augustus ağustos ağu srpen srpna sierpnia sierpień sie elokuu elokuuta augusti augusztus серпня серпень серп сер августа август авг жніўня aoû αύγουστος αυγούστου αυγ жнівень
september sep sept septembre septiembre settembre set setembro eylül eyl září września wrzesień wrz syyskuu syyskuuta septembrie szeptember вересня вересень вер верес сентября сентябрь сен сент верасня септември σεπτέμβριος σεπτεμβρίου σεπ верасень
october oct oktober okt octobre octubre ottobre ott outubro out ekim eki říjen října października październik paź lokakuu lokakuuta octombrie október жовтня жовтень жов жовт октября октябрь окт кастрычніка октомври οκτώβριος οκτωβρίου οκτ кастрычнік
november nov novembre noviembre novembro kasım kas listopad listopadu listopada lis marraskuu marraskuuta noiembrie листопада листопад лис лист листоп ноября ноябрь ноя нояб лістапада ноември νοέμβριος νοεμβρίου νοε лістапад
december dec dezember dez décembre déc diciembre dic dicembre dezembro desember des aralık ara prosinec prosince grudnia grudzień gru joulukuu joulukuuta decembrie грудня грудень груд гру декабря декабрь дек снежня декември δεκέμβριος δεκεμβρίου δεκ снежань
"""
MONTHS: dict[str, int] = {
    word: number for number, line in enumerate(_MONTHS.strip().splitlines(), 1) for word in line.split()
}
