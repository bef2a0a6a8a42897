"""What pages say that stand in the way of a list, in the languages we meet: errors, logins, checks, consent.

Word lists for `feeds.extraction.walls`, folded and without accents as `words.bare` makes texts. Phrases that could be
the title of an entry ("access to information") are not here: what is listed says what a page is.
"""

import re

from feeds.extraction.wordlist import listed
from feeds.extraction.words import bare


def _phrases(text: str) -> frozenset[str]:
    return frozenset(bare(phrase) for phrase in listed(text, "|"))


ERRORS = _phrases(
    """
    not found | page not found | file not found | the page was not found | page cannot be found | page could not
    be found | this page could not be found | the page cannot be found | oops | oops! page not found | page does
    not exist | page doesn't exist | this page does not exist | this page doesn't exist | page no longer exists |
    forbidden | the page you requested could not be found | the page you are looking for could not be found | the
    requested page could not be found | sorry, page not found | sorry, this page does not exist | nothing found |
    gone | bad request | internal server error | server error | service unavailable | service temporarily
    unavailable | bad gateway | gateway timeout | gateway time-out | temporarily unavailable | site temporarily
    unavailable | under maintenance | site under maintenance | down for maintenance | scheduled maintenance |
    maintenance | maintenance mode | we'll be back soon | we will be back soon | something went wrong | an error
    occurred | an error has occurred | error | application error | runtime error | server error in '/' application
    | database error | error establishing a database connection | website is offline | account suspended | this
    account has been suspended | site not found | domain expired | seite nicht gefunden | nicht gefunden | die
    seite wurde nicht gefunden | seite existiert nicht | wartungsarbeiten | wartung | interner serverfehler |
    fehler | ein fehler ist aufgetreten | page introuvable | page non trouvee | page inexistante | non trouve |
    cette page n'existe pas | erreur | erreur interne | une erreur est survenue | site en maintenance | en
    maintenance | service indisponible | acces interdit | pagina no encontrada | no encontrada | no encontrado |
    la pagina no existe | esta pagina no existe | error interno | en mantenimiento | sitio en mantenimiento | ha
    ocurrido un error | pagina nao encontrada | nao encontrada | pagina inexistente | erro | em manutencao | site
    em manutencao | ocorreu um erro | pagina non trovata | non trovata | la pagina non esiste | errore | sito in
    manutenzione | in manutenzione | pagina niet gevonden | niet gevonden | onderhoud | fout | pagina no trobada |
    no s'ha trobat la pagina | no trobada | sidan hittades inte | sidan kunde inte hittas | siden ble ikke funnet
    | siden finnes ikke | siden blev ikke fundet | sivua ei loytynyt | siðan fannst ekki | sida fannst ekki | nie
    znaleziono strony | strona nie istnieje | strona nie zostala znaleziona | stranka nenalezena | stranka nebyla
    nalezena | stranka sa nenasla | az oldal nem talalhato | a keresett oldal nem talalhato | pagina nu a fost
    gasita | stranica nije pronadena | страница не найдена | не найдено | такой страницы не существует | ошибка |
    внутренняя ошибка сервера | сайт на обслуживании | технические работы | сторинку не знайдено | страницата не е
    намерена | страница није пронађена | η σελιδα δεν βρεθηκε | δεν βρεθηκε | σφαλμα | sayfa bulunamadi | hata |
    bakim | halaman tidak ditemukan | tidak ditemukan | halaman tidak tersedia | dalam perbaikan | terjadi
    kesalahan | khong tim thay trang | trang khong ton tai | khong tim thay | 页面不存在 | 找不到页面 | 页面未找到
    | 找不到網頁 | 頁面不存在 | 网站维护中 | ページが見つかりません | ページが見つかりませんでした |
    お探しのページは見つかりませんでした | メンテナンス中 | 페이지를 찾을 수 없습니다 | 점검 중 | ไม่พบหน้า |
    ไม่พบหน้าที่คุณต้องการ | ไม่พบหน้านี้ | រកមិនឃើញទំព័រ | ទំព័ររកមិនឃើញ | ບໍ່ພົບໜ້າ | စာမျက်နှာကို ရှာမတွေ့ပါ |
    الصفحة غير موجودة | لم يتم العثور على الصفحة | خطا | صفحه مورد نظر یافت نشد | صفحه یافت نشد | הדף לא נמצא |
    העמוד לא נמצא | पृष्ठ नहीं मिला | পাতাটি পাওয়া যায়নি
    """
)
# Those that may also stand over a list of notices.
TOPICS = _phrases(
    """
    maintenance | scheduled maintenance | under maintenance | site under maintenance | error | gone | forbidden |
    nothing found | oops | wartung | wartungsarbeiten | fehler | erreur | en maintenance | en mantenimiento | erro
    | em manutencao | errore | in manutenzione | onderhoud | fout | ошибка | технические работы | σφαλμα | hata |
    bakim | メンテナンス中 | 점검 중 | خطا
    """
)
LOGIN = _phrases(
    """
    log in | login | log on | logon | sign in | signin | sign-in | log-in | member login | user login | staff
    login | please log in | please sign in | log in to continue | sign in to continue | log in to your account |
    sign in to your account | authentication required | authentication | single sign-on | account login | secure
    login | restricted area | members only | anmelden | anmeldung | einloggen | bitte anmelden | bitte melden sie
    sich an | mitgliederbereich | connexion | se connecter | identification | authentification | connectez-vous |
    espace membre | identifiez-vous | iniciar sesion | inicio de sesion | acceder | acceso de usuarios |
    identificarse | inicia sessio | identificacio | iniciar sessao | entrar | fazer login | acesso restrito | area
    restrita | accedi | accesso | area riservata | inloggen | aanmelden | logga in | logg inn | innskraning |
    kirjaudu | kirjaudu sisaan | zaloguj | zaloguj sie | logowanie | prihlaseni | prihlasit se | prihlasenie |
    bejelentkezes | autentificare | prijava | войти | вход | вход в систему | авторизация | увійти | вхід |
    συνδεση | εισοδος | giris | oturum ac | giris yap | masuk | dang nhap | 登录 | 登入 | 用户登录 | ログイン |
    로그인 | เข้าสู่ระบบ | ចូល | ចូលគណនី | ເຂົ້າສູ່ລະບົບ | تسجيل الدخول | دخول | ورود | כניסה | התחברות | लॉग इन |
    লগইন
    """
)
CHECKS = _phrases(
    """
    just a moment | checking your browser | checking your browser before accessing | checking if the site
    connection is secure | verify you are human | verifying you are human | verify that you are human | please
    verify you are a human | are you a robot | are you human | are you a human | i'm not a robot | prove you are
    human | human verification | security check | one more step | please complete the security check | attention
    required | unusual traffic | suspicious activity | automated requests | enable javascript and cookies to
    continue | please enable cookies | ddos protection | your request has been blocked | request blocked | you
    have been blocked | sorry, you have been blocked | access to this page has been denied | the request could not
    be satisfied | access denied | zugriff verweigert | sind sie ein mensch | sicherheitsuberprufung | browser
    wird uberpruft | verification de securite | verification de votre navigateur | etes-vous un robot | acces
    refuse | un instant | comprobando su navegador | verificando su navegador | eres un robot | acceso denegado |
    un momento | verificando seu navegador | voce e um robo | acesso negado | um momento | verifica di sicurezza |
    sei un robot | accesso negato | toegang geweigerd | проверка браузера | подтвердите, что вы не робот | вы не
    робот | доступ запрещен | доступ ограничен | guvenlik kontrolu | robot musunuz | erisim engellendi |
    verifikasi keamanan | akses ditolak | kiem tra trinh duyet | 正在检查您的浏览器 | 安全验证 | 人机验证 |
    访问被拒绝 | ブラウザを確認しています | アクセスが拒否されました | 보안 확인 | ตรวจสอบเบราว์เซอร์ | جاري
    التحقق | التحقق من المتصفح | تم رفض الوصول
    """
)
NETWORKS = _phrases(
    """
    wi-fi | wifi | wlan | hotspot | guest network | internet access | network access | gastnetz | internetzugang |
    acces internet | reseau invite | acceso a internet | red de invitados | accesso a internet | acesso a internet
    | доступ в интернет | доступ к интернету | akses internet | 上网认证 | インターネット接続 | อินเทอร์เน็ต |
    الانترنت
    """
)
CONNECT = _phrases(
    """
    connect | go online | get online | accept and connect | continue to the internet | terms of use | terms and
    conditions | room number | voucher | verbinden | nutzungsbedingungen | zimmernummer | se connecter |
    conditions d'utilisation | conectar | conectarse | terminos | connetti | condizioni | подключиться | условия |
    sambung | hubungkan | 连接 | 接続 | เชื่อมต่อ | اتصال
    """
)
CONSENT = _phrases(
    """
    cookie | consent | privacy | personal data | personalised ads | personalized ads | our partners | data
    protection | einwilligung | datenschutz | personenbezogene daten | zustimmung | consentement | vie privee |
    donnees personnelles | nos partenaires | consentimiento | privacidad | datos personales | nuestros socios |
    consentimento | dados pessoais | consenso | dati personali | riservatezza | toestemming | persoonsgegevens |
    privacyinstellungen | samtycke | samtykke | zgoda | dane osobowe | souhlas | osobni udaje | hozzajarul | куки
    | персональн | согласие | απορρητο | συγκαταθεση | cerez | kisisel veri | privasi | data pribadi | quyen rieng
    tu | 隐私 | 同意 | クッキー | 個人情報 | 쿠키 | 개인정보 | คุกกี้ | ความเป็นส่วนตัว | ملفات تعريف الارتباط |
    الخصوصية
    """
)
AGREE = _phrases(
    """
    accept | accept all | accept all cookies | accept cookies | agree | i agree | i accept | agree and continue |
    accept and continue | allow all | consent | alle akzeptieren | akzeptieren | zustimmen | alles akzeptieren |
    einverstanden | zustimmen und weiter | accepter | tout accepter | j'accepte | accepter et continuer | accepter
    et fermer | aceptar | aceptar todo | aceptar todas | aceptar y continuar | acceptar | acceptar-ho tot |
    aceitar | aceitar todos | aceitar tudo | accetta | accetta tutto | accetta e continua | accetto | accepteren |
    alles accepteren | akkoord | godkann alla | godta alle | accepter alle | hyvaksy kaikki | akceptuje |
    zaakceptuj wszystkie | souhlasim | prijmout vse | elfogadom | accepta toate | prihvacam | принять | принять
    все | согласен | прийняти | αποδοχη | αποδοχη ολων | kabul et | tumunu kabul et | terima | terima semua |
    setuju | dong y | chap nhan tat ca | 同意 | 接受 | 全部接受 | 同意する | すべて許可 | 동의 | ยอมรับ |
    ยอมรับทั้งหมด | យល់ព្រម | قبول | موافق | اوافق
    """
)
SCRIPTS = re.compile(r"java\s?-?script|جافا ?سكريبت|джаваскрипт", re.I)
