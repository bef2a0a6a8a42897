"""Mails that come back, as servers write them: delivery reports, complaints, answers, in our own words."""

from email.message import EmailMessage
from email.policy import SMTP

DAEMON = "Mail Delivery System <mailer-daemon@mx.example.net>"


def report(
    to: str = "nobody@news.example.org",
    *,
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such mailbox",
    action: str = "failed",
    recipient: str = "sok@example.org",
    envid: str = "",
    original: str = "",
    name: str = "<dsn1@mx.example.net>",
) -> bytes:
    """A delivery status notification (RFC 3464). original: head of the mail it is about, "" = not quoted."""
    lines = [f"Reporting-MTA: dns; mx.example.net\n{f'Original-Envelope-Id: {envid}' if envid else 'X-Queue: a1'}", ""]
    lines += [f"Final-Recipient: rfc822; {recipient}", f"Action: {action}", f"Status: {status}"]
    if diagnostic:
        lines.append(f"Diagnostic-Code: {diagnostic}")
    quoted = f"--b\nContent-Type: text/rfc822-headers\n\n{original}\n" if original else ""
    text = (
        f"Return-Path: <>\nFrom: {DAEMON}\nTo: {to}\nSubject: Undelivered mail\nMessage-ID: {name}\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour mail came back.\n"
        "--b\nContent-Type: message/delivery-status\n\n" + "\n".join(lines) + f"\n\n{quoted}--b--\n"
    )
    return text.replace("\n", "\r\n").encode()


def complaint(
    to: str = "nobody@news.example.org",
    *,
    original: str = "",
    kind: str = "abuse",
    name: str = "<arf1@loop.example.net>",
    mail_from: str = "",
) -> bytes:
    """A feedback report (RFC 5965)."""
    more = f"Original-Mail-From: <{mail_from}>\n" if mail_from else ""
    text = (
        f"From: feedback@loop.example.net\nTo: {to}\nSubject: FW: news\nMessage-ID: {name}\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is a complaint.\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\nUser-Agent: Loop/1\nVersion: 1\n{more}\n"
        f"--b\nContent-Type: message/rfc822\n\n{original or 'Subject: news'}\n\nhello\n--b--\n"
    )
    return text.replace("\n", "\r\n").encode()


def plain(
    text: str,
    *,
    to: str = "nobody@news.example.org",
    sender: str = DAEMON,
    subject: str = "failure notice",
    name: str = "",
    **headers: str,
) -> bytes:
    """A mail of words only."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Message-ID"] = name or f"<{abs(hash((text, to, subject, sender)))}@mx.example.net>"
    for header, value in headers.items():
        mail[header.replace("_", "-")] = value
    mail.set_content(text)
    return mail.as_bytes()
