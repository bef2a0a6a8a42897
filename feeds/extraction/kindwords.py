"""The names of kinds of documents, as type lines write them, in many languages.

Data only, for `feeds.extraction.kinds`. To add a language: its name beside the others. A name is compared as
`feeds.extraction.words.bare` leaves it: small letters, without accents, one space for what is no letter. Names that
also mean something else in a title ("order", "paper") count only on a type line of their own.
"""

from collections.abc import Mapping

NAMES: Mapping[str, str] = {
    "press-release": "press release|press releases|news release|media release|press statement|press communique"
    "|pressemitteilung|pressemitteilungen|pressemeldung|presseinformation|medienmitteilung"
    "|communique de presse|communiques de presse|comunicado de prensa|comunicados de prensa|nota de prensa|gacetilla"
    "|comunicato stampa|comunicati stampa|nota de imprensa|comunicado de imprensa|comunicado a imprensa|persbericht"
    "|siaran pers|siaran media|kenyataan media|rilis pers|thong cao bao chi|пресс релиз|пресс релизы|пресреліз"
    "|прес реліз|пресрелиз|съобщение за медиите|pressmeddelande|pressemelding|pressemeddelelse|lehdistotiedote|tiedote"
    "|basın bülteni|basin bulteni|basın açıklaması|komunikat prasowy|informacja prasowa|tiskova zprava|tlacova sprava"
    "|sajtokozlemeny|comunicat de presa|priopcenje|δελτιο τυπου|بيان صحفي|بيانات صحفية|خبر صحفي|הודעה לעיתונות"
    "|اطلاعیه مطبوعاتی|ข่าวประชาสัมพันธ์|ข่าวแจก|សេចក្តីប្រកាសព័ត៌មាន|ຖະແຫຼງຂ່າວ|သတင်းထုတ်ပြန်ချက်"
    "|communique|communiques|comunicado|comunicados|comunicato|comunicati|comunicat|komunikat|komunikaty"
    "|新闻稿|新聞稿|プレスリリース|報道発表|보도자료|प्रेस विज्ञप्ति|সংবাদ বিজ্ঞপ্তি",
    "media-advisory": "media advisory|press advisory|media alert|note to editors|note to correspondents|avis aux "
    "medias|note aux redactions|invitation presse|aviso a los medios|convocatoria de prensa|aviso de pauta"
    "|presseeinladung|medieneinladung|pressinbjudan|presseinvitation|undangan liputan|media undangan|анонс для сми"
    "|аккредитация|zaproszenie dla mediow|pozvanka pro media|sajtomeghivo|دعوة لوسائل الإعلام|הזמנה לעיתונאים"
    "|หมายข่าว|媒体通知",
    "mou": "memorandum of understanding|mou|memorandum of agreement|protocole d accord|memorandum d entente"
    "|memorando de entendimiento|memorando de entendimento|protocollo d intesa|absichtserklarung"
    "|меморандум о взаимопонимании|меморандум про взаєморозуміння|nota kesepahaman|ban ghi nho|مذكرة تفاهم|מזכר הבנות"
    "|บันทึกความเข้าใจ|អនុស្សរណៈនៃការយោគយល់គ្នា|谅解备忘录|양해각서|mutabakat zapti",
    "statement": "statement|statements|joint statement|declaration|joint declaration|stellungnahme|erklarung"
    "|gemeinsame erklarung|declaration conjointe|declaracion|declaracion conjunta|declaracao|declaracao conjunta"
    "|dichiarazione|verklaring|uttalande|udtalelse|uttalelse|oswiadczenie|prohlaseni|nyilatkozat|заявление|заява"
    "|совместное заявление|pernyataan|tuyen bo|aciklama|بيان|بيان مشترك|הצהרה|بیانیه|แถลงการณ์|សេចក្តីថ្លែងការណ៍"
    "|ຖະແຫຼງການ|ကြေညာချက်|声明|聲明|성명",
    "speech": "speech|speeches|address|remarks|keynote|opening remarks|closing remarks|rede|ansprache|discours"
    "|allocution|discurso|discursos|intervento|discorso|toespraak|tal|tale|przemowienie|projev|beszed|выступление|речь"
    "|промова|виступ|pidato|sambutan|bai phat bieu|konusma|خطاب|كلمة|נאום|سخنرانی|สุนทรพจน์|คำกล่าว|សុន្ទរកថា"
    "|讲话|演讲|スピーチ|연설|ομιλια",
    "video": "video|videos|film|video report|multimedia|wideo|vídeo|видео|відео|βιντεο|فيديو|וידאו|ویدیو|วิดีโอ"
    "|វីដេអូ|ວິດີໂອ|ဗီဒီယို|视频|影片|動画|동영상|वीडियो|ভিডিও",
    "audio": "audio|podcast|podcasts|radio|podkast|подкаст|بودكاست|פודקאסט|พอดแคสต์|播客|팟캐스트|ポッドキャスト",
    "survey": "survey|survey report|umfrage|enquete|encuesta|household survey|inquerito|pesquisa de opiniao|sondage"
    "|sondaggio|enquete nationale|badanie ankietowe|опрос|опитування|khao sat|anket"
    "|استطلاع|מחקר סקר|การสำรวจ|调查|조사",
    "report": "report|reports|annual report|progress report|synthesis report|technical report|bericht|berichte"
    "|jahresbericht|rapport|rapports|rapport annuel|informe|informes|informe anual|relatorio|relatorios|relatorio anual"
    "|rapporto|relazione annuale|jaarverslag|arsrapport|arsberetning|raport|raport roczny|zprava|vyrocni zprava"
    "|jelentes|laporan|laporan tahunan|отчет|годовой отчет|доклад|звіт|εκθεση|rapor|faaliyet raporu"
    "|تقرير|تقارير|التقرير السنوي|דוח|דוח שנתי|گزارش|របាយការណ៍|รายงาน|รายงานประจำปี|ບົດລາຍງານ|အစီရင်ခံစာ|bao cao"
    "|报告|報告|年报|報告書|보고서|रिपोर्ट|প্রতিবেদন",
    "brief": "policy brief|brief|fact sheet|factsheet|infographic|backgrounder|information note|note d orientation"
    "|fiche d information|ficha informativa|nota informativa|faktenblatt|infografik|infographie|infografia|инфографика",
    "working-paper": "working paper|working papers|discussion paper|research paper|paper|arbeitspapier"
    "|diskussionspapier|document de travail|documento de trabajo|documento de trabalho|рабочий документ",
    "publication": "publication|publications|book|guide|manual|handbook|toolkit|brochure|training manual"
    "|guidelines|publikation|publikationen|veroffentlichung|publicacion|publicaciones|publicacao|pubblicazione"
    "|publicatie|publikacja|publikace|kiadvany|публикация|публікація|publikasi|an pham|yayın|منشور|منشورات|פרסום"
    "|สิ่งพิมพ์|ឯកសារបោះពុម្ព|出版物|간행물",
    "newsletter": "newsletter|newsletters|e newsletter|bulletin|rundbrief|lettre d information|infolettre|boletin"
    "|boletin informativo|boletim|boletim informativo|nieuwsbrief|nyhetsbrev|nyhedsbrev|zpravodaj|hirlevel"
    "|рассылка|информационный бюллетень|buletin|ban tin|e bulten|نشرة إخبارية|ידיעון|خبرنامه|จดหมายข่าว"
    "|ព្រឹត្តិបត្រ|简报|通讯|ニュースレター|뉴스레터|소식지",
    "notice": "notice|public notice|announcement|circular|bekanntmachung|amtliche bekanntmachung|avis|aviso|avisos"
    "|anuncio|edital|avviso|bekendtgørelse|kungörelse|ogłoszenie|oznameni|hirdetmeny|объявление|оголошення|pengumuman"
    "|thong bao|duyuru|إعلان|הודעה|اطلاعیه|ประกาศ|សេចក្តីជូនដំណឹង|ແຈ້ງການ|ကြော်ငြာ|公告|通知|お知らせ|公示|공고|공지사항|सूचना",
    "tender": "tender|tenders|call for tenders|invitation to bid|invitation to tender|request for proposals"
    "|request for quotations|rfp|rfq|itb|procurement notice|ausschreibung|ausschreibungen|appel d offres"
    "|appels d offres|licitacion|licitaciones|licitacao|pregao eletronico|bando di gara|aanbesteding|upphandling"
    "|udbud|przetarg|verejna zakazka|kozbeszerzes|тендер|закупка|закупки|закупівля|lelang|đấu thầu|moi thau|ihale"
    "|ihale ilanı|مناقصة|عطاء|מכרז|מכרזים|مناقصه|ประกวดราคา|ประกาศจัดซื้อจัดจ้าง|ដេញថ្លៃ|招标公告|招标|入札|입찰공고|निविदा"
    "|দরপত্র",
    "vacancy": "vacancy|vacancies|job opening|job vacancy|vacancy announcement|stellenangebot|stellenausschreibung"
    "|offre d emploi|offres d emploi|oferta de empleo|vaga de emprego|offerta di lavoro|vacature|ledig tjanst"
    "|ledig stilling|oferta pracy|volne misto|allashirdetes|вакансия|вакансії|вакансии|lowongan|lowongan kerja"
    "|tuyen dung|iş ilanı|وظيفة شاغرة|وظائف شاغرة|משרה פנויה|دרושים|استخدام|รับสมัครงาน|ตำแหน่งว่าง|ជ្រើសរើសបុគ្គលិក"
    "|招聘|招聘公告|採用情報|채용공고|채용",
    "event": "event|events|conference|workshop|seminar|webinar|meeting|veranstaltung|veranstaltungen|tagung"
    "|evenement|evenements|agenda|evento|eventos|jornada|taller|convegno|evenementen|evenemang|arrangement"
    "|wydarzenie|wydarzenia|akce|esemeny|мероприятие|мероприятия|семинар|подія|заходи|acara|kegiatan|su kien|etkinlik"
    "|فعالية|مؤتمر|ندوة|אירוע|אירועים|رویداد|กิจกรรม|ព្រឹត្តិការណ៍|活动|イベント|행사",
    "law": "law|act|bill|decree|regulation|royal decree|legislation|statute|sub decree|gesetz|verordnung|loi|decret"
    "|arrete|ley|decreto|real decreto|resolucion|lei|portaria|legge|decreto legislativo|wet|besluit|forordning"
    "|ustawa|rozporzadzenie|zakon|vyhlaska|narizeni|torveny|rendelet|закон|указ|постановление|приказ|постанова|наказ"
    "|undang undang|peraturan|luat|nghị định|thong tu|kanun|yonetmelik|قانون|مرسوم|قرار|חוק|תקנות|مصوبه"
    "|พระราชบัญญัติ|กฎกระทรวง|ច្បាប់|អនុក្រឹត្យ|ប្រកាស|ກົດໝາຍ|ດຳລັດ|ဥပဒေ|法律|法规|法令|법률|अधिनियम|আইন",
    "decision": "decision|judgment|judgement|opinion|ruling|order|urteil|beschluss|arret|jugement|sentencia"
    "|sentenza|acordao|uitspraak|dom|wyrok|rozsudek|решение|рішення|putusan|ban an|karar|حكم|פסק דין|判决书",
    "interview": "interview|entrevista|entretien|intervista|wywiad|rozhovor|интервью|інтерв ю|wawancara|phong van"
    "|röportaj|مقابلة|حوار|ראיון|مصاحبه|สัมภาษณ์|专访|采访|インタビュー|인터뷰",
    "article": "article|articles|feature|feature article|feature story|story|stories|blog|blog post|artikel|articulo"
    "|articulos|articolo|artigo|artigos|reportage|reportaje|analysis|op ed|opinion piece|commentary|artykuł|clanek"
    "|cikk|статья|статьи|стаття|bai viet|makale|مقال|مقالات|מאמר|مقاله|บทความ|អត្ថបទ|ບົດຄວາມ|ဆောင်းပါး|文章|記事|기사|लेख",
    "news": "news|news item|news and articles|nachrichten|nachricht|meldung|meldungen|aktuelles|actualite|actualites"
    "|noticia|noticias|notizia|notizie|nyhet|nyheter|nyhed|nyheder|nieuws|nieuwsbericht|uutinen|aktualnosci|aktuality"
    "|hirek|stiri|berita|tin tuc|haber|haberler|новости|новость|новини|новина|νεα|أخبار|خبر|חדשות|اخبار|ข่าว|ព័ត៌មាន"
    "|ຂ່າວ|သတင်း|新闻|新聞|ニュース|뉴스|समाचार|সংবাদ",
}
# Names of one word that mean nothing else where a title begins with them and a colon: "Video: the new harbour".
CLEAR = (
    "pressemitteilung|pressemeldung|medienmitteilung|persbericht|pressmeddelande|pressemelding|pressemeddelelse"
    "|пресреліз|пресрелиз|video|wideo|видео|відео|podcast|podkast|подкаст|newsletter|nieuwsbrief|nyhetsbrev|webinar"
    "|infographic|infographie|infografik|infografia|factsheet|jahresbericht|vacancy|vacature|stellenangebot|вакансия"
    "|ausschreibung|przetarg|тендер|מכרז|interview|entrevista|entretien|intervista|интервью|新闻稿|新聞稿|プレスリリース"
    "|보도자료|ข่าวประชาสัมพันธ์|សេចក្តីប្រកាសព័ត៌មាន|แถลงการณ์"
)
