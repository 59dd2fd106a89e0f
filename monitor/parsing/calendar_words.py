"""Names of months in the languages of the feeds we meet, and time zones by abbreviation in minutes east of UTC."""

_MONTHS = """
1 january jan janvier janv januar jänner jän januari enero ene gennaio gen janeiro styczeń stycznia sty январь января янв
1 січень січня січ студзень студзеня leden ledna január ianuarie ocak oca ιανουάριος ιανουαρίου ιαν januára jaanuar
2 february feb febr février févr fév februar februari febrero febbraio fevereiro fev luty lutego lut февраль февраля фев
2 лютий лютого лют únor února február februarie şubat şub φεβρουάριος φεβρουαρίου φεβ лютага
3 march mar mars märz mär mrz maart marzo março marzec marca март марта мар березень березня бер březen března
3 március martie mart μάρτιος μαρτίου μαρ сакавік сакавіка marec marts
4 april apr avril avr abril abr aprile kwiecień kwietnia kwi апрель апреля апр квітень квітня кві duben dubna április
4 aprilie nisan nis απρίλιος απριλίου απρ красавік красавіка apríl
5 may mai mei mayo maggio mag maio maj maja май мая травень травня тра květen května május mayıs μάιος μαΐου μαι
5 травеня máj
6 june jun juin juni junio giugno giu junho czerwiec czerwca cze июнь июня июн червень червня чер červen června
6 június iunie haziran haz ιούνιος ιουνίου ιουν чэрвень чэрвеня jún
7 july jul juillet juil juli julio luglio lug julho lipiec lipca lip июль июля июл липень липня лип červenec července
7 július iulie temmuz tem ιούλιος ιουλίου ιουλ ліпень ліпеня júl
8 august aug août aoû augustus agosto ago sierpień sierpnia sie август августа авг серпень серпня сер srpen srpna
8 augusztus ağustos ağu αύγουστος αυγούστου αυγ жнівень жніўня
9 september sep sept septembre septiembre settembre set setembro wrzesień września wrz сентябрь сентября сен сент
9 вересень вересня вер září szeptember septembrie eylül eyl σεπτέμβριος σεπτεμβρίου σεπ верасень верасня
10 october oct octobre oktober okt octubre ottobre ott outubro out październik października paź октябрь октября окт
10 жовтень жовтня жов říjen října október octombrie ekim eki οκτώβριος οκτωβρίου οκτ кастрычнік кастрычніка
11 november nov novembre noviembre novembro listopad listopada lis ноябрь ноября ноя нояб листопад листопада лис
11 noiembrie kasım kas νοέμβριος νοεμβρίου νοε лістапад лістапада
12 december dec décembre déc dezember dez diciembre dic dicembre dezembro grudzień grudnia gru декабрь декабря дек
12 грудень грудня гру prosinec prosince decembrie aralık ara δεκέμβριος δεκεμβρίου δεκ снежань снежня desember des
"""
_ZONES = """
0 UT UTC GMT Z WET
60 CET BST WEST MEZ MET WAT
120 EET CEST MESZ MEST CAT SAST KALT
180 EEST MSK EAT TRT FET
210 IRST
240 MSD GST SAMT AZT GET
270 AFT IRDT
300 PKT UZT YEKT TMT TJT ORAT
330 IST SLST
345 NPT
360 OMST NOVT KGT BTT BDT ALMT
390 MMT
420 ICT WIB KRAT HOVT
480 SGT HKT PHT MYT AWST IRKT WITA ULAT
540 JST KST WIT YAKT
570 ACST
600 AEST VLAT CHST
630 ACDT
660 AEDT MAGT SBT
720 NZST PETT FJT
780 NZDT
-60 AZOT CVT
-120 UYST
-150 NDT
-180 ADT ART BRT UYT CLST
-210 NST
-240 AST EDT CLT VET BOT PYT
-300 EST CDT COT PET ECT
-360 CST MDT
-420 MST PDT
-480 PST AKDT
-540 AKST HDT
-600 HST
-660 SST
"""

MONTHS = {name: int(line.split()[0]) for line in _MONTHS.strip().splitlines() for name in line.split()[1:]}
ZONES = {name: int(line.split()[0]) for line in _ZONES.strip().splitlines() for name in line.split()[1:]}
