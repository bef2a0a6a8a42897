"""How fast others send the same 28 kB: rss2email and django-newsletter, each in an environment of its own.

They are no dependencies of ours (benchmarks/peers.py installs them, or says why it cannot). Each is run as its manual
says, with its own templates, on a database or feed of the same content, into the same server; what counts is the time
from "send" to the end. rss2email sends an entry as a mail to one address; django-newsletter personalises.
"""

import json
import subprocess

from benchmarks.peers import installed
from state.records import Edition

_MAILS = 150
_DEADLINE = 300  # seconds
PEERS = {
    "rss2email": """
import configparser, pathlib, subprocess, tempfile
from xml.sax.saxutils import escape
with tempfile.TemporaryDirectory() as name:
    home = pathlib.Path(name)
    entries = "".join(
        f"<item><title>{escape(given['subject'])} {n}</title><guid>urn:x:{n}</guid><link>https://example.org/{n}</link>"
        f"<description>{escape(given['html'])}</description></item>" for n in range(given["count"])
    )
    feed = home / "feed.xml"
    feed.write_text(f"<rss version='2.0'><channel><title>News</title>{entries}</channel></rss>")
    config = home / "config"
    config.write_text(
        "[DEFAULT]\\nfrom = news@news.example.org\\nto = reader@example.org\\nemail-protocol = smtp\\n"
        f"smtp-server = 127.0.0.1:{given['port']}\\nhtml-mail = True\\nmultipart-html = True\\n"
    )
    r2e = [sys.executable, "-m", "rss2email.main", "-c", str(config), "-d", str(home / "data.json")]
    subprocess.run([*r2e, "add", "news", feed.as_uri()], check=True, stdout=sys.stderr)
    began = time.perf_counter()
    subprocess.run([*r2e, "run"], check=True, stdout=sys.stderr)
    taken = time.perf_counter() - began
""",
    "django-newsletter": """
import datetime, django
from django.conf import settings
settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sites",
                    "django.contrib.sessions", "sorl.thumbnail", "newsletter"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    SITE_ID=1, USE_TZ=True, SECRET_KEY="x", ROOT_URLCONF="newsletter.urls", NEWSLETTER_THUMBNAIL="sorl-thumbnail",
    EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST="127.0.0.1", EMAIL_PORT=given["port"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField", NEWSLETTER_EMAIL_DELAY=0, NEWSLETTER_BATCH_DELAY=0,
)
django.setup()
from django.core.management import call_command
from django.contrib.sites.models import Site
from newsletter.models import Article, Message, Newsletter, Submission, Subscription
call_command("migrate", verbosity=0)
news = Newsletter.objects.create(title="News", slug="news", email="news@news.example.org", sender="News")
news.site.add(Site.objects.get_current())
mail = Message.objects.create(title=given["subject"], slug="one", newsletter=news)
Article.objects.create(title="Digest", text=given["html"], post=mail, sortorder=1)
for n in range(given["count"]):
    Subscription.objects.create(newsletter=news, name_field=f"Reader {n}", email_field=f"reader{n}@example.org",
                                subscribed=True)
order = Submission.from_message(mail)
order.prepared = True
order.publish_date = django.utils.timezone.now() - datetime.timedelta(minutes=1)
order.save()
order.subscriptions.set(Subscription.objects.all())
began = time.perf_counter()
order.submit()
taken = time.perf_counter() - began
""",
}
_BESIDE = {"django-newsletter": ("sorl-thumbnail",)}
_BEFORE = "import json, sys, time\ngiven = json.load(sys.stdin)\n"


def rate(name: str, edition: Edition, port: int) -> float | str:
    """Messages a second of a peer, or why it cannot be run."""
    python = installed(name, *_BESIDE.get(name, ()))
    if isinstance(python, str):
        return python
    asked = {"subject": edition.subject, "html": edition.html, "count": _MAILS, "port": port}
    try:
        done = subprocess.run(
            [str(python), "-c", _BEFORE + PEERS[name] + "print(taken)"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=_DEADLINE,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_DEADLINE} s"
    if done.returncode:
        return (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
    return _MAILS / float(done.stdout)
