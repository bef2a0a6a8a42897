"""How pages say "next" and "more", in the languages we meet. Word lists for `feeds.extraction.pagination`."""

from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare


def _phrases(text: str) -> frozenset[str]:
    return frozenset(bare(phrase) for phrase in listed(text, "|"))


NEXT = _phrases(
    """
    next | next page | go to next page | nextpage | next results | next entries | next posts | next items |
    forward | older | older posts | older entries | older news | older articles | older items | older stories |
    previous entries | previous posts | earlier entries | earlier posts | weiter | nachste | nachste seite | zur
    nachsten seite | vorwarts | altere beitrage | altere meldungen | altere eintrage | suivant | suivante |
    suivants | suivantes | page suivante | aller a la page suivante | articles plus anciens | articles precedents
    | plus anciens | siguiente | siguientes | pagina siguiente | entradas anteriores | entradas mas antiguas |
    noticias anteriores | anteriores | proxima | proximo | proximos | proxima pagina | pagina seguinte | seguinte
    | seguintes | mais antigos | posts mais antigos | postagens mais antigas | successivo | successiva |
    successivi | avanti | pagina successiva | articoli precedenti | articoli piu vecchi | volgende | volgende
    pagina | oudere berichten | seguent | seguents | pagina seguent | entrades anteriors | nasta | nasta sida |
    aldre inlagg | neste | neste side | eldre innlegg | naeste | naeste side | aeldre indlaeg | næste | næste side
    | seuraava | seuraava sivu | vanhemmat | næsta | næsta siða | naesta | nastepna | nastepne | nastepna strona |
    starsze wpisy | dalej | dalsi | dalsi stranka | nasledujici | starsi | dalsia | nasledujuca | kovetkezo |
    kovetkezo oldal | regebbi | urmatoarea | urmatorul | pagina urmatoare | inainte | sljedeca | sljedece |
    sledeca | starije | naslednja | sekantis | kitas | nakama | jargmine | следующая | следующая страница |
    следующие | след | вперед | далее | старые записи | предыдущие записи | более ранние | наступна | наступна
    сторінка | далі | старіші записи | следваща | следваща страница | напред | следећа | επομενη | επομενο |
    επομενα | επομενη σελιδα | παλαιοτερα | sonraki | sonraki sayfa | ileri | eski yazilar | selanjutnya |
    berikutnya | lanjut | halaman berikutnya | pos lama | seterusnya | tiep | tiep theo | trang sau | trang tiep |
    ke tiep | cu hon | 下一页 | 下一頁 | 下页 | 下頁 | 后页 | 後一頁 | 较早的文章 | 次へ | 次のページ | 次の10件 |
    次の20件 | 古い記事 | 다음 | 다음 페이지 | 다음페이지 | ถัดไป | หน้าถัดไป | หน้าต่อไป | បន្ទាប់ | ទំព័របន្ទាប់
    | ຕໍ່ໄປ | ໜ້າຕໍ່ໄປ | နောက်တစ်မျက်နှာ | ရှေ့သို့ | التالي | التالية | الصفحة التالية | صفحه بعد | صفحه بعدی |
    بعدی | بعد | הבא | העמוד הבא | לעמוד הבא | अगला | अगला पृष्ठ | পরবর্তী | اگلا
    """
)
MORE = _phrases(
    """
    load more | show more | view more | see more | more results | more news | more posts | more articles | more
    entries | more items | load more results | load more news | show more results | mehr laden | mehr anzeigen |
    weitere laden | weitere meldungen | weitere anzeigen | mehr meldungen | charger plus | voir plus | afficher
    plus | plus de resultats | plus d'articles | plus d'actualites | cargar mas | ver mas | mostrar mas | mas
    noticias | mas resultados | carrega'n mes | mostra'n mes | mes noticies | carregar mais | ver mais | mostrar
    mais | mais noticias | mais resultados | carica altri | mostra altri | altre notizie | mostra di piu | meer
    laden | meer tonen | toon meer | laad meer | ladda fler | visa fler | last flere | last inn flere | vis flere
    | hent flere | nayta lisaa | saekja fleiri | wczytaj wiecej | pokaz wiecej | nacist dalsi | zobrazit dalsi |
    tovabbiak | tobb betoltese | incarca mai multe | ucitaj jos | prikazi vise | показать еще | загрузить еще |
    еще новости | показать больше | показати ще | завантажити ще | покажи още | зареди още | περισσοτερα | φορτωση
    περισσοτερων | daha fazla | daha fazla goster | daha fazla yukle | muat lebih banyak | muat lainnya | lebih
    banyak | xem them | tai them | 加载更多 | 載入更多 | 查看更多 | 显示更多 | もっと見る | さらに表示 |
    もっと読み込む | 더보기 | 더 보기 | โหลดเพิ่ม | โหลดเพิ่มเติม | ดูเพิ่มเติม | មើលបន្ថែម | បង្ហាញបន្ថែម | تحميل
    المزيد | عرض المزيد | المزيد | بیشتر | موارد بیشتر | טען עוד | הצג עוד | और देखें | আরও দেখুন
    """
)
