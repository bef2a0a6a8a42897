"""Find lists that stand beside the matter of a page by the words over them: "Related", "Most read", "Blogroll".

Pure. Called by `feeds.extraction.regions`. Words and place only: pages whose class names say nothing have such lists
too. A list that makes up much of the page is its matter, whatever stands over it.
"""

from collections.abc import Mapping

from feeds.extraction.dom import TEXT, Node, Sums, Tree
from feeds.extraction.wordlist import listed
from state.text import folded

_LONGEST = 45  # characters of such a heading
_FEWEST = 2  # links
_LARGE = 0.3  # of the page's characters
_SMALL = 250  # characters: on a short page such a list may be large
_HEADINGS = frozenset(
    folded(words)
    for words in listed(
        """
        related | related articles | related posts | related news | related stories | related content
        | related links | related documents | related publications | see also | you may also like
        | you might also like | more like this | more to read | read also | read next | recommended
        | recommended for you | recommended reading | further reading | most read | most popular
        | most viewed | popular | popular posts | popular articles | popular now | trending | trending now
        | top stories | editor's picks | recent posts | recent comments | latest comments
        | categories | tags | tag cloud | blogroll | links | useful links | quick links
        | external links | follow us | share | share this | site map | sitemap | in this section
        | à lire aussi | lire aussi | voir aussi | articles liés | articles similaires | sur le même sujet
        | les plus lus | les plus consultés | liens utiles | liens | catégories
        | mots-clés | mehr zum thema | lesen sie auch | auch interessant | das könnte sie auch interessieren
        | meistgelesen | verwandte artikel | verwandte themen | ähnliche artikel | beliebt
        | kategorien | schlagwörter | nützliche links | weiterführende links | lea también
        | le puede interesar | también te puede interesar | te puede interesar | noticias relacionadas
        | artículos relacionados | relacionados | lo más leído | más leídas | enlaces | enlaces de interés
        | categorías | etiquetas | leia também | veja também | relacionadas
        | notícias relacionadas | artigos relacionados | mais lidas | mais vistas | ligações úteis
        | leggi anche | potrebbe interessarti | articoli correlati | i più letti | più letti
        | correlati | categorie | link utili | lees ook | gerelateerd | gerelateerde artikelen
        | meest gelezen | läs också | mest lästa | relaterat | les også | mest lest | læs også | lue myös
        | luetuimmat | czytaj też | czytaj również | zobacz też | zobacz również | powiązane
        | najczęściej czytane | popularne | čtěte také | související | související články
        | nejčtenější | kapcsolódó | kapcsolódó cikkek | legolvasottabb | citește și | articole similare
        | cele mai citite | читайте также | по теме | похожие материалы | похожие статьи | популярное
        | самое читаемое | рекомендуем | рубрики | метки | ссылки | полезные ссылки | читайте також
        | схожі матеріали | популярне | διαβάστε επίσης | σχετικά | σχετικά άρθρα | δημοφιλή
        | δημοφιλή άρθρα | ετικέτες | ilgili haberler | ilgili yazılar | en çok okunanlar
        | benzer haberler | etiketler | baca juga | terkait | berita terkait | artikel terkait
        | terpopuler | berita populer | artikel populer | mais acessadas | mais acessados
        | paling banyak dibaca | kategori | tin liên quan | bài liên quan
        | có thể bạn quan tâm | xem thêm | đọc nhiều | xem nhiều | tin nổi bật | liên kết | اقرأ أيضا
        | اقرأ أيضًا | الأكثر قراءة | مواضيع ذات صلة | أخبار ذات صلة | ذات صلة | قد يعجبك أيضا | روابط
        | مطالب مرتبط | اخبار مرتبط | پربازدیدترین | پربازدید | پیوندها | קראו עוד
        | כתבות נוספות | נושאים קשורים | הנקראות ביותר | קישורים | 相关 | 相关新闻 | 相关文章
        | 相关链接 | 相关阅读 | 热门 | 热门文章 | 热门推荐 | 推荐 | 推荐阅读 | 友情链接 | 分类 | 标签
        | 相關新聞 | 相關文章 | 熱門 | 推薦閱讀 | 友情連結 | 関連記事 | 関連リンク | 関連情報 | 人気記事
        | おすすめ記事 | アクセスランキング | カテゴリー | リンク | 관련기사 | 관련 기사
        | 인기기사 | 인기글 | 많이 본 뉴스 | 추천 | 관련 사이트 | ข่าวที่เกี่ยวข้อง | เรื่องที่เกี่ยวข้อง
        | บทความที่เกี่ยวข้อง | ข่าวยอดนิยม | ยอดนิยม | ลิงก์ที่เกี่ยวข้อง | หมวดหมู่ | អត្ថបទទាក់ទង | ព័ត៌មានទាក់ទង
        | អានបន្ថែម | ពេញនិយម | ຂ່າວທີ່ກ່ຽວຂ້ອງ | ဆက်စပ်သတင်းများ | संबंधित खबरें | संबंधित लेख
        """,
        "|",
    )
)


def of(tree: Tree, sizes: Sums, anchors: Sums) -> Mapping[int, str]:
    """The elements that hold such lists with their headings. sizes, anchors: characters and links. Cost: linear, and
    the depth of each such heading.
    """
    found: dict[int, str] = {}
    most = max(_SMALL, _LARGE * sizes.total)
    for node in tree.nodes:
        if node.tag != TEXT or not 1 < len(node.text) - node.text.count("\n") <= 4 * _LONGEST:
            continue
        said = folded(node.text).rstrip(": ")
        if said in _HEADINGS:
            found.update((one.order, "sidebar") for one in _list_under(tree, node, sizes, anchors, most))
    return found


def _list_under(tree: Tree, text: Node, sizes: Sums, anchors: Sums, most: float) -> tuple[Node, ...]:
    """The element that begins with a heading and holds its links; or the heading and the list that follows it."""
    inner = tree.nodes[text.block]
    if any(node.tag == "h1" for node in inner.ancestors()):
        return ()
    length = len(text.text.strip())
    if sizes.of(inner) != length:
        return ()  # it does not stand alone
    for node in inner.ancestors():
        if node.tag in ("body", "html", "main") or sizes.of(node) > most or not _begins(tree, node, text):
            break
        if anchors.of(node) - anchors.of(inner) >= _FEWEST:
            return (node,)
        inner = node
    after = _next_element(tree, inner)
    if after is not None and anchors.of(after) >= _FEWEST and sizes.of(after) <= most and after.tag != "main":
        return (inner, after)
    return ()


def _begins(tree: Tree, node: Node, text: Node) -> bool:
    """Whether a text is the first one in an element."""
    return not any(part.tag == TEXT and part.text.strip() for part in tree.nodes[node.order : text.order])


def _next_element(tree: Tree, node: Node) -> Node | None:
    """The element that follows another one in the same element, or None."""
    order = node.end
    while node.parent is not None and order < node.parent.end:
        if tree.nodes[order].tag != TEXT:
            return tree.nodes[order]
        order = tree.nodes[order].end
    return None
