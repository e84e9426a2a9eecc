#!/usr/bin/python3
"""An SMTP server for tests: smtp.py PORT FILE. What it takes becomes a line of JSON
in FILE, written before it answers. An address says what becomes of a mail:
  no…@      550, always          later…@   451, the first time
  slow…@    taken, and answered half a second later (a sender dies in between)
  big…@     refused at the end of its text with 552
With SMTP_USER and SMTP_PASSWORD set it asks for them.
"""
import asyncio, email, email.policy, json, os, signal, sys
from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import AuthResult, LoginPassword

port, path = int(sys.argv[1]), sys.argv[2]
user, password = os.environ.get('SMTP_USER'), os.environ.get('SMTP_PASSWORD')
put_off = set()


class Taker:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('no'):
            return '550 5.1.1 no such mailbox'
        if address.startswith('later') and address not in put_off:
            put_off.add(address)
            return '451 4.7.1 try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        to = envelope.rcpt_tos[0]
        if to.startswith('big'):
            return '552 5.3.4 too large'
        raw = envelope.content
        m = email.message_from_bytes(raw, policy=email.policy.default)
        line = json.dumps({
            'from': envelope.mail_from, 'to': envelope.rcpt_tos,
            'headers': [[k, str(v)] for k, v in m.items()],
            'text': m.get_content(), 'defects': [str(d) for d in m.defects],
            'longest': max(len(x) for x in raw.split(b'\r\n')),
            'raw': raw.decode('latin-1'),
        })
        with open(path, 'a') as f:
            f.write(line + '\n')
            f.flush()
            os.fsync(f.fileno())
        if to.startswith('slow'):
            await asyncio.sleep(0.5)
        return '250 OK'


def check(server, session, envelope, mechanism, data):
    good = (isinstance(data, LoginPassword) and data.login.decode() == user
            and data.password.decode() == password)
    return AuthResult(success=good)


async def main():
    more = dict(authenticator=check, auth_required=True, auth_require_tls=False) if user else {}
    c = UnthreadedController(Taker(), hostname='127.0.0.1', port=port,
                             loop=asyncio.get_running_loop(), decode_data=False, **more)
    c.server_coro = c._create_server()
    server = await c.server_coro
    print('ready', flush=True)
    end = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, end.set)
    await end.wait()
    server.close()


asyncio.run(main())
