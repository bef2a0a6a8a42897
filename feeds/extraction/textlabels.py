"""The labels and column heads with which text documents name the fields of an entry, in many languages.

Data only, for `feeds.extraction.textrows`. To add a language: its word beside the others. A word is compared as
`feeds.extraction.words.bare` leaves it: small letters, without accents.
"""

from collections.abc import Mapping

from feeds.extraction.textmarks import Field
from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare

_NAMES: Mapping[Field, str] = {
    "title": "title|headline|subject|name|heading|decision|notice|topic|document|titre|objet|sujet|intitulé|título"
    "|asunto|titular|assunto|titel|betreff|überschrift|titolo|oggetto|onderwerp|rubrik|tittel|emne|tytuł|temat|název|předmět"
    "|cím|tárgy|заголовок|название|тема|тақырып|назва|τίτλος|θέμα|başlık|konu|judul|perihal|tajuk|tiêu đề|tựa đề"
    "|العنوان|عنوان|الموضوع|כותרת|נושא|موضوع|ចំណងជើង|ប្រធានបទ|ชื่อเรื่อง|หัวข้อ|เรื่อง|ຫົວຂໍ້|ခေါင်းစဉ်|标题|標題|题目|主题|題名"
    "|件名|タイトル|제목|शीर्षक|শিরোনাম",
    "date": "date|published|publication date|date published|release date|posted|sent|issued|date de publication|fecha"
    "|publicado|data|datum|veröffentlicht|stand|dato|dátum|kelt|дата|опубликовано|ημερομηνία|tarih|tanggal|tarikh"
    "|ngày|التاريخ|تاريخ|תאריך|تاریخ|កាលបរិច្ឆេទ|ថ្ងៃទី|วันที่|ວັນທີ|ရက်စွဲ|日期|发布日期|日付|날짜|तारीख|তারিখ",
    "place": "place|location|city|dateline|venue|where|lieu|ville|lugar|ciudad|local|ort|luogo|città|plaats|plats|sted"
    "|miejsce|místo|hely|место|город|місце|τόπος|yer|tempat|địa điểm|nơi|المكان|מקום|מיקום|مکان|ទីកន្លែង|สถานที่|ສະຖານທີ່"
    "|နေရာ|地点|地點|場所|장소|स्थान|স্থান",
    "kind": "type|kind|category|document type|type de document|catégorie|tipo|categoría|categoria|art|kategorie|soort"
    "|typ|rodzaj|тип|вид|категория|tür|jenis|loại|النوع|נوع|סוג|نوع|ប្រភេទ|ประเภท|ປະເພດ|类型|類型|種別|유형",
    "summary": "summary|abstract|description|details|text|body|lead|about|message|résumé|description|contenu|resumen"
    "|descripción|resumo|descrição|zusammenfassung|beschreibung|inhalt|riassunto|sommario|descrizione|samenvatting"
    "|omschrijving|sammanfattning|sammendrag|resumé|streszczenie|opis|souhrn|popis|összefoglaló|аннотация|описание"
    "|кратко|содержание|опис|περίληψη|özet|açıklama|ringkasan|keterangan|tóm tắt|nội dung|الملخص|ملخص|الوصف|תקציר"
    "|תיאור|خلاصه|សេចក្តីសង្ខេប|ខ្លឹមសារ|บทคัดย่อ|รายละเอียด|สรุป|ສະຫຼຸບ|အကျဉ်းချုပ်|摘要|内容|內容|概要|요약|내용|सारांश",
    "link": "link|url|web|website|web page|read more|more|see|download|file|pdf|lien|site|télécharger|enlace|archivo"
    "|descargar|ligação|arquivo|datei|weblink|collegamento|bestand|länk|lenke|odnośnik|odkaz|hivatkozás|ссылка"
    "|посилання|σύνδεσμος|bağlantı|tautan|pautan|liên kết|الرابط|رابط|קישור|پیوند|តំណ|ลิงก์|ລິ້ງ|လင့်|链接|連結|リンク|링크",
}

FIELDS: Mapping[str, Field] = {bare(name): field for field, names in _NAMES.items() for name in listed(names, "|")}
