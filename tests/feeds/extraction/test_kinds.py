"""What kind of document an entry is, by its type line, title and link; and what names no kind."""

import pytest

from feeds.extraction import kinds

TYPE_LINES = """
press-release: Press release / Media Release / Pressemitteilung / Communiqué de presse / Nota de prensa
press-release: Comunicato stampa / Gacetilla
press-release: Nota de imprensa / Persbericht / Siaran Pers / Thông cáo báo chí / Пресс-релиз / Komunikat prasowy
press-release: Tisková zpráva / Sajtóközlemény / Basın Bülteni / Pressmeddelande / بيان صحفي / הודעה לעיתונות
press-release: ข่าวประชาสัมพันธ์ / សេចក្តីប្រកាសព័ត៌មាន / 新闻稿 / プレスリリース / 보도자료 / Δελτίο Τύπου
media-advisory: Media advisory / Avis aux médias / Presseeinladung
mou: Memorandum of Understanding / MOU / Protocole d'accord / مذكرة تفاهم / บันทึกความเข้าใจ
statement: Statement / Joint statement / Déclaration / Заявление / แถลงการณ์ / 声明
speech: Speech / Discours / Rede / Pidato / خطاب
video: Video / Vídeo / Видео / วิดีโอ / 视频
audio: Podcast / Подкаст
survey: Survey / Enquête / Encuesta / Khảo sát
report: Report / Annual report / Rapport / Relatório / Informe / Báo cáo / Отчёт / تقرير / របាយការណ៍ / 报告 / 보고서
newsletter: Newsletter / Nieuwsbrief / Nyhetsbrev / Lettre d’information / Boletín / จดหมายข่าว
tender: Tender / Appel d'offres / Ausschreibung / Licitación / İhale / מכרז / 招标公告 / Przetarg
vacancy: Vacancy / Stellenangebot / Offre d'emploi / Lowongan / Вакансия / 채용공고
event: Event / Veranstaltung / Événement / Sự kiện / 活动
law: Law / Loi / Gesetz / Decreto / Nghị định / قانون / ច្បាប់ / พระราชบัญญัติ
interview: Interview / Entretien / ראיון
article: Article / Artículo / Artigo / Статья / บทความ
news: News / Actualités / Nieuwsbericht / Новости / أخبار / ព័ត៌មាន / 뉴스
"""


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (row.split(": ", 1)[0], name.strip())
        for row in TYPE_LINES.strip().splitlines()
        for name in row.split(": ", 1)[1].split(" / ")
    ],
)
def test_a_type_line_names_the_kind_in_its_language(kind: str, line: str) -> None:
    assert kinds.of_type_line(line) == kind
    assert kinds.of_type_line(line.upper()) == kind


@pytest.mark.parametrize("line", ["", "Harbour", "The report is late", "Reports from the harbour", "5 videos", "Press"])
def test_a_line_that_says_more_or_less_is_no_type_line(line: str) -> None:
    assert kinds.of_type_line(line) is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Press release: the ferries return", "press-release"),
        ("MEDIA ALERT for Tuesday", "media-advisory"),
        ("Rapport annuel du port", "report"),
        ("Jahresbericht 2026", "report"),
        ("Policy brief on the harbour dues", "brief"),
        ("Fact sheet on the harbour dues", "brief"),
        ("Invitation to bid for a dredger", "tender"),
        ("VİDEO (limandan)", "video"),
        ("Communiqué de presse : les ferries reviennent", "press-release"),
        ("Pressemitteilung – Die Fähren fahren wieder", "press-release"),
        ("Joint statement: the ports stay open", "statement"),
        ("Video: how a net is mended", "video"),
        ("Podcast | Voices of the quay", "audio"),
        ("Appel d’offres : dragage du port", "tender"),
        ("Nota de prensa: vuelven los barcos", "press-release"),
        ("보도자료: 새 부두", "press-release"),
        ("Annual report 2019 of the harbour office", "report"),
        ("Invitation to bid for two tugs", "tender"),
        # one word that may mean something else says nothing
        ("Order: the harbour at night", None),
        ("Address: where the boats lie", None),
        ("Law: what the crew may ask for", None),
        ("Bill reports for duty", None),
        ("Event horizon", None),
        ("He reported the loss", None),
        ("The statement of account nobody read", None),
        ("Lei and the sea", None),
        ("Tal und Berg", None),
        ("Videos killed the cinema", None),
    ],
)
def test_a_title_names_its_kind_only_where_it_can_mean_nothing_else(title: str, kind: str | None) -> None:
    assert kinds.of(title, None, "") == kind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.org/press-releases/2006/ferries", "press-release"),
        ("https://example.org/en/videos/net", "video"),
        ("https://example.org/jobs/12", "vacancy"),
        ("https://example.org/pressroom/ferries", None),
        ("https://example.org/ferries?from=/videos/", None),
        (None, None),
    ],
)
def test_a_folder_of_the_link_names_the_kind_where_the_title_does_not(url: str | None, kind: str | None) -> None:
    assert kinds.of("The ferries return", url, "") == kind
