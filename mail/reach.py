"""See whether the mail server answers, up to EHLO and TLS: no password and no mail goes out. For `tidings doctor`."""

from dataclasses import replace

from mail import policy, smtp
from mail.answers import Reply
from mail.server import Timeouts, parse_server
from mail.settings import Mailing
from state.checkup import Finding

PATIENCE = Timeouts(connect=10.0, command=10.0, quit=2.0)


async def reach(settings: Mailing) -> Finding:
    """What the server of mail.smtp says. Raises Misuse for a mail.smtp that is none."""
    server = parse_server(settings.smtp, settings.tls)
    name = f"{server.host}:{server.port}"
    strict = "required" if server.user and server.tls == "opportunistic" else server.tls
    answer = await smtp.connect(replace(server, user="", password="", tls=strict), timeouts=PATIENCE)
    if isinstance(answer, smtp.Connection):
        await answer.close()
        return Finding("mail server", "ok", f"{name} answers")
    said = policy.said(answer.reply) if isinstance(answer.reply, Reply) else answer.reply.reason
    return Finding(
        "mail server",
        "broken",
        f"{name} cannot be used ({answer.phase.value}): {said}",
        "see that it runs, that a firewall lets us through, and that mail.smtp and mail.tls are right",
    )
