// A PostgreSQL cluster of a story's own, in its folder: for what the one that all share
// cannot be, an archive, another language. Reached through a socket in the folder, where
// everybody is let in, or by its port on 127.0.0.1, which asks for a password.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync } from 'node:fs';
import { join } from 'node:path';

const root = process.getuid() === 0; // whom PostgreSQL does not run for
export const sh = (text, env) => execFileSync('sh', ['-ec', text],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } }).trim();

export function clusterIn(place, { env, init = '' } = {}) {
  const as = root ? 'runuser -u postgres -- ' : '';
  const bin = `${as}${sh('${PG_CONFIG:-pg_config} --bindir')}`;
  // Below those that the system gives to whoever asks for any (from 32768 on).
  const port = 20000 + (process.pid % 12000);
  const at = (name) => join(place, name);
  const run = (text) => sh(`cd / && ${text}`, env);
  const own = { running: undefined, as, port };
  own.folder = (name) => { if (root) sh(`chown postgres ${name}`); };
  own.make = (data, settings) => {
    chmodSync(place, 0o755);
    own.folder(place);
    run(`${bin}/initdb -D ${at(data)} -U postgres --auth-local=trust --auth-host=scram-sha-256 -E UTF8 --no-sync ${init} >/dev/null`);
    appendFileSync(join(at(data), 'postgresql.conf'), `\nunix_socket_directories = '${place}'\nport = ${port}\nfsync = off\n${settings}\n`);
  };
  own.start = (data) => {
    own.running = data;
    run(`${bin}/pg_ctl -D ${at(data)} -l ${at(`${data}.log`)} -w -t 60 start >/dev/null`);
  };
  own.stop = () => {
    if (own.running) run(`${bin}/pg_ctl -D ${at(own.running)} -m fast -w stop >/dev/null`);
    own.running = undefined;
  };
  own.crash = () => { // it ends at once, and comes back by its log
    run(`${bin}/pg_ctl -D ${at(own.running)} -m immediate -w stop >/dev/null`);
    own.running = undefined;
  };
  own.url = (name) => `postgresql://postgres@/${name}?host=${place}&port=${port}`;
  own.run = (program, words) => run(`${bin}/${program} -h ${place} -p ${port} -U postgres ${words}`);
  own.sql = (name, ...texts) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', own.url(name),
    ...texts.flatMap((t) => ['-c', t])], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH } }).trim();
  return own;
}
