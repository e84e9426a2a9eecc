// Settings: flags, then variables, then essaim.conf, then the program; and what
// the shell and the manual page say of commands and flags.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, equal, deepEqual, ok, match, serve, essaim, program, root } from './lib.mjs';

const folder = mkdtempSync(join(tmpdir(), 'essaim-conf-'));
const conf = (text) => writeFileSync(join(folder, 'essaim.conf'), text);
const run = (args, env = {}) => spawnSync(program, [...args, '--data', folder],
  { encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
const settings = (args = [], env = {}) => {
  const r = run(['settings', '--format', 'json', ...args], env);
  equal(r.status, 0, r.stderr);
  return new Map(JSON.parse(r.stdout).map((s) => [s.name, s]));
};
const keys = [...settings().keys()].filter((k) => k !== 'data');

await test('every setting: a flag over a variable over the file over the program', () => {
  const initial = settings();
  // Each has words of its own; anything but an address is refused where one belongs.
  const of = (key, words) => key === 'db' ? `postgresql://${words.replaceAll(' ', '-')}/x` : `${words} ${key}`;
  const flags = keys.flatMap((key) => [`--${key.replaceAll('_', '-')}`, of(key, 'by flag')]);
  const variables = Object.fromEntries(keys.map((key) => [initial.get(key).variable, of(key, 'by variable')]));
  const says = (args, env, want) => {
    const all = settings(args, env);
    for (const key of keys) deepEqual([all.get(key).value, all.get(key).from], want(key), key);
  };
  conf(keys.map((key) => `# a comment\n\n  ${key} =  ${of(key, 'from the file')}  \n`).join(''));
  says(flags, variables, (key) => [of(key, 'by flag'), 'flag']);
  says([], variables, (key) => [of(key, 'by variable'), 'variable']);
  says([], {}, (key) => [of(key, 'from the file'), 'essaim.conf']);
  conf('');
  says([], {}, (key) => [initial.get(key).default, 'program']);
  // One alone moves no other.
  for (const key of keys.slice(0, 3))
    says([`--${key.replaceAll('_', '-')}`, of(key, 'by flag')], {}, (other) =>
      other === key ? [of(key, 'by flag'), 'flag'] : [initial.get(other).default, 'program']);
});
await test('a password in the database\'s address is not shown', () => {
  for (const url of ['postgresql://someone:hush-hush@server:5433/essaim?sslmode=require',
    'postgresql://server:5433/essaim?user=someone&password=hush-hush'])
    for (const format of ['text', 'json']) {
      const r = run(['settings', '--format', format, '--db', url]);
      equal(r.status, 0, r.stderr);
      ok(!r.stdout.includes('hush-hush'), r.stdout);
      match(r.stdout, /postgresql:\/\/server:5433\/essaim/);
    }
});
await test('a line that is wrong is named, and nothing starts', () => {
  for (const [text, said] of [['listen = x\nlissten = y\n', /essaim\.conf:2: no setting lissten/],
    ['\n\nlisten\n', /essaim\.conf:3: write "name = value"/],
    ['data = elsewhere\n', /essaim\.conf:1: no setting data/],
    ['zone = Europe/Paris\nzone = UTC\n', /essaim\.conf:2: zone stands here twice/],
    ['zone = a\0b\n', /essaim\.conf:1: a byte 0/], ['#'.repeat(70000), /over 64 KiB/]]) {
    conf(text);
    for (const args of [['settings'], ['user', 'list'], ['serve', '--listen', '127.0.0.1:0']]) {
      const r = run(args);
      equal(r.status, 1, `${args}: ${text}`);
      match(r.stderr, said);
      equal(r.stderr.trim().split('\n').length, 1);
    }
  }
  rmSync(join(folder, 'essaim.conf'));
});
await test('the server does what the file says', async () => {
  const server = await serve();
  equal((await server.stranger().get('/')).headers.get('x-queries'), null);
  await server.stop();
  const data = mkdtempSync(join(tmpdir(), 'essaim-conf-'));
  execFileSync('cp', ['-r', `${join(root, 'build/demo')}/.`, data]);
  writeFileSync(join(data, 'essaim.conf'), 'queries = 1\nlisten = 127.0.0.1:1\n');
  const other = await serve({ data });
  ok(Number((await other.stranger().get('/')).headers.get('x-queries')) > 0);
  await other.stop();
  rmSync(data, { recursive: true });
});

const help = essaim('--help');
const commands = [...new Set([...help.matchAll(/^ {2}essaim (\S+)/gm)].map((m) => m[1]))];
function complete(...words) {
  const script = `${essaim('completion', 'bash')}
COMP_WORDS=(${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_essaim; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder }).split('\n').filter(Boolean);
}
await test('bash completes commands, their words, flags and entities', () => {
  const first = complete('essaim', '');
  for (const c of commands) ok(first.includes(c), c);
  deepEqual(complete('essaim', 'fig'), ['figures']);
  deepEqual(complete('essaim', 'journal', 'ver'), ['verify']);
  deepEqual(complete('essaim', 'user', 'e'), ['end']);
  deepEqual(complete('essaim', 'export', 'sch'), ['school']);
  deepEqual(complete('essaim', 'figures', '--format', ''), ['text', 'csv', 'json']);
  deepEqual(complete('essaim', 'serve', '--lis'), ['--listen']);
  ok(complete('essaim', 'serve', '--').includes('--journal-head-dir'));
});
await test('zsh reads the same', (skip) => {
  match(essaim('completion', 'zsh'), /^#compdef essaim\n/);
  if (spawnSync('zsh', ['-c', 'true']).error) skip('no zsh here');
  else execFileSync('zsh', ['-n', '-c', essaim('completion', 'zsh')]);
});
await test('the manual page names every command, flag and setting, and no other', () => {
  const man = readFileSync(join(root, 'docs/essaim.1'), 'utf8').replaceAll('\\-', '-');
  const flags = new Set(complete('essaim', 'serve', '--').filter((w) => w.startsWith('--')).map((w) => w.slice(2)));
  for (const c of commands) match(man, new RegExp(`\\b${c}\\b`), `the page has no ${c}`);
  for (const f of flags) ok(man.includes(`--${f}`), `the page has no --${f}`);
  for (const k of keys) ok(man.includes(k), `the page has no ${k}`);
  for (const m of man.matchAll(/--([a-z][a-z-]*)/g)) ok(flags.has(m[1]), `the program has no --${m[1]}`);
  for (const m of man.matchAll(/essaim ([a-z]+)/g))
    ok(commands.includes(m[1]), `the program has no command ${m[1]}`);
});
await test('its lines of use have the flags and words that the help of each command has, and no other', () => {
  const man = readFileSync(join(root, 'docs/essaim.1'), 'utf8').replaceAll('\\-', '-').split('.SH SYNOPSIS')[1].split('.SH DESCRIPTION')[0];
  const lines = new Map(man.split('.br\n').map((l) => [/essaim ([a-z]+)/.exec(l)[1], l]));
  for (const c of commands) {
    const [usage, ...told] = execFileSync(program, [c, '--help'], { encoding: 'utf8' }).trim().split('\n');
    const wanted = [...usage.matchAll(/--([a-z-]+)/g)].map((m) => m[1]);
    for (const f of wanted) ok(told.some((l) => l.startsWith(`  --${f} `)), `${c} --help does not say what --${f} is for`);
    if (/^(rights|routes)$/.test(c)) continue; // together in one
    const written = new Set([...lines.get(c).matchAll(/--([a-z-]+)/g)].map((m) => m[1]));
    for (const f of wanted) ok(f === 'data' || written.has(f), `the page has no --${f} for ${c}`);
    for (const f of written) ok(f === 'data' || wanted.includes(f), `${c} has no --${f}`);
    for (const [, word] of usage.slice(`essaim ${c}`.length).matchAll(/(?:^ | \| )([a-z]+(?:-[a-z]+)?)(?= |$)/g))
      ok(new RegExp(`\\b${word}\\b`).test(lines.get(c)), `the page has no ${c} ${word}`);
  }
});
await test('make install puts the program, its page and the completions in place', () => {
  const to = join(folder, 'dest');
  execFileSync('make', ['-s', 'install', `DESTDIR=${to}`, 'PREFIX=/usr'], { cwd: root, encoding: 'utf8' });
  equal(readFileSync(join(to, 'usr/share/bash-completion/completions/essaim'), 'utf8'), essaim('completion', 'bash'));
  equal(readFileSync(join(to, 'usr/share/zsh/site-functions/_essaim'), 'utf8'), essaim('completion', 'zsh'));
  ok(readFileSync(join(to, 'usr/share/man/man1/essaim.1')).length && readFileSync(join(to, 'usr/bin/essaim')).length);
});
rmSync(folder, { recursive: true, force: true });
