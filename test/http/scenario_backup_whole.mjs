// Files that were lost or altered: their backup stands beside the whole one,
// and a restore of it names them.
import { test, equal, ok, match, copy, drop, query, run, program, onPostgres } from './lib.mjs';
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, copyFileSync, existsSync, mkdirSync,
  mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const place = mkdtempSync(join(tmpdir(), 'essaim-whole-'));
process.on('exit', () => rmSync(place, { recursive: true, force: true }));
const at = (name) => join(place, name);
const lab = copy();
const data = ['--data', lab];
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

// As the program keeps them: under their digest, and named by a row.
const files = Array.from({ length: 3 }, (_, i) => {
  const bytes = randomBytes(70001 * (i + 1)), hash = sha256(bytes);
  const name = `files/${hash.slice(0, 2)}/${hash}`;
  mkdirSync(join(lab, name, '..'), { recursive: true });
  writeFileSync(join(lab, name), bytes);
  query(lab, `INSERT INTO core_file (hash, name, type, size, person, at)
    VALUES ('${hash}', 'x.bin', 'application/octet-stream', ${bytes.length}, 1, 1)`);
  return { name, bytes, path: join(lab, name) };
});
const [one, two, three] = files;
const spoil = (how) => ({
  'a byte is another': () => { const b = Buffer.from(one.bytes); b[999] ^= 1; writeFileSync(one.path, b); },
  'bytes were added': () => appendFileSync(one.path, 'more'),
  'bytes were cut off': () => writeFileSync(one.path, one.bytes.subarray(0, 500)),
  'it is empty': () => writeFileSync(one.path, ''),
  'it is another name for one': () => { renameSync(one.path, at('moved')); symlinkSync(at('moved'), one.path); },
  'it is not there': () => rmSync(one.path),
})[how]();
const mend = () => { rmSync(one.path, { force: true }); writeFileSync(one.path, one.bytes); };
const key = ['--key', at('key')];
writeFileSync(at('key'), randomBytes(32));
let folders = 0;
const restore = (name, ...more) => {
  const folder = at(`back${folders++}`);
  return { folder, ...run('restore', at(name), ...more, '--data', folder) };
};

await test('a whole one says nothing, and its restore ends with 0', () => {
  const r = run('backup', at('nightly'), ...data);
  equal(r.status, 0, r.stderr);
  equal(r.stderr, '');
  equal(run('backup', at('sealed'), ...key, ...data).status, 0);
  const back = restore('nightly');
  equal(back.status, 0, back.stderr);
  equal(back.stderr, '');
  for (const f of files) ok(readFileSync(join(back.folder, f.name)).equals(f.bytes));
});
await test('restore and move count the same tables and rows', () => {
  const counts = (r) => { equal(r.status, 0, r.stderr); return /\d+ tables with \d+ rows/.exec(r.stdout)[0]; };
  const move = (from, to) => {
    mkdirSync(at(to));
    return counts(run('move', '--from', `sqlite:${from}`, '--to', `sqlite:${at(to)}`));
  };
  const { folder } = restore('nightly');
  rmSync(join(folder, 'essaim.conf'), { force: true });
  move(folder, 'sealed by it'); // a move seals what waits in the journal
  equal(run('backup', at('counted'), '--data', folder).status, 0);
  const back = restore('counted');
  equal(counts(back), move(back.folder, 'moved to'));
});
for (const [how, word] of [['a byte is another', 'altered'], ['bytes were added', 'altered'],
  ['bytes were cut off', 'altered'], ['it is empty', 'altered'],
  ['it is another name for one', 'not there'], ['it is not there', 'not there']])
  await test(`${how}: beside the whole one, and the restore names it`, () => {
    const whole = readFileSync(at('nightly'));
    spoil(how);
    const r = run('backup', at('nightly'), ...data);
    mend();
    equal(r.status, 1, r.stderr);
    const counts = word === 'altered' ? '0 not there, 1 altered' : '1 not there, 0 altered';
    ok(r.stderr.includes(`${word}: ${one.name}\n`), r.stderr);
    match(r.stderr, new RegExp(`^essaim: \\S+/nightly\\.incomplete: 1 of \\d+ files .*\\(${counts}\\)[^\\n]*\\n$`, 'm'));
    ok(readFileSync(at('nightly')).equals(whole), 'the whole one is another');
    const back = restore('nightly.incomplete');
    equal(back.status, 3, back.stderr);
    equal(back.stderr.split('\n').length, 3, back.stderr);
    ok(back.stderr.startsWith(`${word}: ${one.name}\nessaim: `), back.stderr);
    match(back.stdout, /is as it was at .* tables/);
    ok(readFileSync(join(back.folder, two.name)).equals(two.bytes));
    equal(run('db', 'check', '--data', back.folder).status, 0, 'it cannot be used');
  });
await test('the doctor is told of whole ones alone', () => {
  query(lab, "UPDATE core_setting SET value = '2001-01-01T00:00:00Z' WHERE name = 'backup_at'");
  spoil('it is not there');
  run('backup', at('nightly'), ...data);
  mend();
  equal(query(lab, "SELECT value FROM core_setting WHERE name = 'backup_at'"), '2001-01-01T00:00:00Z');
  equal(run('backup', at('nightly'), ...data).status, 0);
  match(query(lab, "SELECT value FROM core_setting WHERE name = 'backup_at'"), /^20[2-9]/);
});
await test('a sealed one likewise', () => {
  const whole = readFileSync(at('sealed'));
  spoil('a byte is another');
  const r = run('backup', at('sealed'), ...key, ...data);
  mend();
  equal(r.status, 1, r.stderr);
  ok(readFileSync(at('sealed')).equals(whole));
  equal(restore('sealed.incomplete', ...key).status, 3);
});
await test('nothing but such a one gives way to one that is not whole', () => {
  for (const [name, more, there] of [['nightly', [], readFileSync(at('sealed'))], ['sealed', key, 'notes']]) {
    writeFileSync(at(`${name}.incomplete`), there);
    const refused = run('backup', at(name), ...more, ...data);
    equal(refused.status, 1);
    match(refused.stderr, /^essaim: \S+\.incomplete is there already, and [^\n]*; name another place, or add --force\n$/);
    ok(readFileSync(at(`${name}.incomplete`)).equals(Buffer.from(there)));
    equal(run('backup', at(name), '--force', ...more, ...data).status, 0);
    rmSync(at(`${name}.incomplete`));
  }
});
await test('what no record names may be anything; many are counted', () => {
  const stray = join(lab, 'files/ab', 'ab'.repeat(32));
  mkdirSync(join(stray, '..'), { recursive: true });
  writeFileSync(stray, 'x');
  const r = run('backup', at('stray'), ...data);
  equal(r.status, 0, r.stderr);
  rmSync(stray);
  for (let i = 10; i < 40; i++)
    query(lab, `INSERT INTO core_file (hash, name, type, size, person, at)
      VALUES ('${`${i}`.repeat(32)}', 'x', 'text/plain', 1, 1, 1)`);
  rmSync(three.path);
  const many = run('backup', at('many'), ...data);
  equal(many.stderr.split('not there: ').length, 21, many.stderr);
  match(many.stderr, /\nand 11 more\nessaim: .*31 of \d+ files/);
  ok(!existsSync(at('many')), 'it bears the name of a whole one');
  writeFileSync(three.path, three.bytes);
  query(lab, "DELETE FROM core_file WHERE name = 'x'");
});
await test('sha256sum finds whichever member is altered or lost', () => {
  const sum = (spoiling) => {
    rmSync(at('x'), { recursive: true, force: true });
    mkdirSync(at('x'));
    equal(spawnSync('tar', ['xf', at('nightly'), '-C', at('x')]).status, 0);
    spoiling();
    return spawnSync('sha256sum', ['-c', 'manifest.sha256'], { cwd: at('x'), encoding: 'utf8' });
  };
  const whole = sum(() => {});
  equal(whole.status, 0, whole.stdout);
  const { members } = JSON.parse(readFileSync(at('x/manifest.json'), 'utf8'));
  equal(whole.stdout, [...members.map((m) => m.name), 'manifest.json'].map((n) => `${n}: OK\n`).join(''));
  const altered = sum(() => {
    const db = readFileSync(at('x/essaim.db'));
    db.fill(7, 2000, 2004);
    writeFileSync(at('x/essaim.db'), db);
  });
  equal(altered.status, 1);
  match(altered.stdout, /^essaim\.db: FAILED$/m);
  const lost = sum(() => rmSync(at('x/files'), { recursive: true }));
  equal(lost.status, 1);
  match(lost.stdout, new RegExp(`^${two.name}: FAILED`, 'm'));
});
await test('an archive of before, whose manifest.sha256 names the manifest alone, restores', () => {
  const old = (text) => {
    writeFileSync(at('x/manifest.sha256'), text);
    const names = JSON.parse(readFileSync(at('x/manifest.json'), 'utf8')).members.map((m) => m.name);
    const r = spawnSync('tar', ['--format=ustar', '--owner=0', '--group=0', '--mode=600', '-b1', '-cf', at('old'),
      '-C', at('x'), ...names, 'manifest.json', 'manifest.sha256'], { encoding: 'utf8' });
    equal(r.status, 0, r.stderr);
    return restore('old');
  };
  rmSync(at('x'), { recursive: true });
  mkdirSync(at('x'));
  spawnSync('tar', ['xf', at('nightly'), '-C', at('x')]);
  const line = `${sha256(readFileSync(at('x/manifest.json')))}  manifest.json\n`;
  const r = old(line);
  equal(r.status, 0, r.stderr);
  for (const wrong of ['', line.replace(/^./, (c) => c === '0' ? '1' : '0'), line + line]) {
    const bad = old(wrong);
    equal(bad.status, 1, wrong);
    match(bad.stderr, /its manifest is another|manifest\.sha256 is another/);
    ok(!existsSync(bad.folder));
  }
});
await test('what is no backup, or is damaged, is told with what to do', () => {
  const whole = readFileSync(at('nightly')), locked = readFileSync(at('sealed'));
  const flipped = (bytes, i) => { const b = Buffer.from(bytes); b[i < 0 ? b.length + i : i] ^= 1; return b; };
  const anew = ': copy it anew from where it was kept, or take another backup';
  writeFileSync(at('other key'), randomBytes(32));
  for (const [bytes, said, more = []] of [
    ['', 'is no backup, or is damaged from its beginning: name a file that essaim backup made'],
    ['Chère collègue,\n', 'is no backup, or is damaged from its beginning: name a file that essaim backup made'],
    ['a line\n'.repeat(999), 'is no backup, or is damaged from its beginning: name a file that essaim backup made'],
    [whole.subarray(0, 70000), `ends early, so it is not whole${anew}`],
    [flipped(whole, -1), `is damaged at its end${anew}`],
    [flipped(whole, 5000), `is damaged (a member is not as the manifest says)${anew}`],
    [flipped(whole, 150), `is damaged${anew}`],
    [flipped(locked, 999999), `is damaged or ends early${anew}`, key],
    [locked.subarray(0, 999999), `is damaged or ends early${anew}`, key],
    [locked, 'does not open with this key, or is damaged: name the key that sealed it, or another backup', ['--key', at('other key')]],
  ]) {
    writeFileSync(at('bad'), bytes);
    const r = restore('bad', ...more);
    equal(r.status, 1);
    equal(r.stderr, `essaim: ${at('bad')} ${said}\n`);
    ok(!existsSync(r.folder), 'something was made');
  }
});
await test('a disk that fills is told with what to do, and nothing is left', (skip) => {
  const own = process.getuid() === 0 ? ['unshare', '-m'] : ['unshare', '-rm'];
  if (spawnSync(own[0], [...own.slice(1), 'true']).status !== 0) return skip('no name space for mounts');
  mkdirSync(at('disk'));
  const within = (kb, ...words) => spawnSync(own[0], [...own.slice(1), 'sh', '-c',
    `mount -t tmpfs -o size=${kb}k none "$0" && "$@" >/dev/null; s=$?; ls -A "$0"; exit $s`, at('disk'), program, ...words],
  { encoding: 'utf8' });
  const tried = (kb) => within(kb, 'restore', at('nightly'), '--data', at('disk/new'));
  // Too small for the database; then for its files, for what proving it writes, until it is large enough.
  // What comes as rows needs room for them and for the database that they are put into.
  const whole = Math.ceil(readFileSync(at('nightly')).length / 1024);
  let failed = 0;
  for (let kb = 2048, r; (r = tried(kb)).status !== 0; kb = kb < whole ? whole : kb + (onPostgres ? 512 : 16), failed++) {
    equal(r.status, 1, `${kb} kB: ${r.stderr}`);
    equal(r.stdout, '', 'something was left');
    equal(r.stderr, `essaim: no room is left for ${at('disk/new')}: make room, or name a folder on another disk with --data\n`, `${kb} kB`);
    ok(failed < 99);
  }
  ok(failed > 1, `${failed}`);
  const r = within(2048, 'backup', at('disk/full'), ...data);
  equal(r.status, 1);
  equal(r.stdout, '', 'something was left');
  equal(r.stderr, `essaim: no room for ${at('disk/full')}: make room, or name a place on another disk; nothing is kept of it\n`);
  // A folder to which nothing more can be written is not to be replaced by a backup.
  const stuck = spawnSync(own[0], [...own.slice(1), 'sh', '-c',
    'mount -t tmpfs -o size=16m none "$0" && cp "$2"/essaim.db "$0"/ && dd if=/dev/zero of="$0"/fill bs=4k 2>/dev/null; exec "$1" db check --data "$0"',
    at('disk'), program, lab], { encoding: 'utf8' });
  if (!onPostgres) match(stuck.stderr, /^essaim: [^\n]*(make room on its disk|no room)[^\n]*\n$/, stuck.stderr);
  const limit = spawnSync('sh', ['-c', `ulimit -f 100; exec ${program} restore ${at('nightly')} --data ${at('limit')}`], { encoding: 'utf8' });
  equal(limit.status, 1, `${limit.signal}`);
  match(limit.stderr, /^essaim: no room is left for /);
  ok(!existsSync(at('limit')));
});
// Another user than root, as a service has: he reads a copy of the program.
const nobody = 65534, away = at('essaim');
const asNobody = (...words) => spawnSync(away, words, { encoding: 'utf8', uid: nobody, gid: nobody });
if (process.getuid() === 0) {
  copyFileSync(program, away);
  chmodSync(at('nightly'), 0o644);
  chmodSync(away, 0o755);
  chmodSync(place, 0o755);
  await test('what root restores into an empty folder is served by whoever has that', () => {
    const folder = at('given');
    mkdirSync(folder, 0o750);
    chownSync(folder, nobody, nobody);
    const r = run('restore', at('nightly'), '--data', folder);
    equal(r.status, 0, r.stderr);
    ok(!r.stdout.includes('belongs to root'), r.stdout);
    equal(spawnSync('find', [folder, '!', '-uid', `${nobody}`], { encoding: 'utf8' }).stdout, '');
    const check = asNobody('db', 'check', '--data', folder);
    equal(check.status, 0, check.stderr);
    match(asNobody('doctor', '--data', folder).stdout, /^ok +files /m);
  });
  await test('a folder that root has made, and its files: whose they are and what to do', () => {
    const { folder, stdout } = restore('nightly');
    rmSync(`${folder}/essaim.conf`, { force: true });
    ok(stdout.includes(`It belongs to root: sudo chown -R USER: ${folder}, `), stdout);
    const refused = (said) => {
      const r = asNobody('db', 'check', '--data', folder);
      equal(r.status, 1);
      equal(r.stderr, `essaim: ${said}\n`);
    };
    const todo = (what) => `sudo chown -R nobody: ${what}`;
    chmodSync(folder, 0o750);
    refused(`${folder}/essaim.conf cannot be read: ${folder} belongs to root, and this runs as nobody: if it is Essaim's alone, ${todo(folder)}; else name another with --data`);
    chownSync(folder, nobody, nobody);
    const it = 'it belongs to root, and this runs as nobody';
    refused(`${folder}/essaim.db cannot be read and written (Permission denied): ${it}: ${todo(`${folder}/essaim.db`)}`);
    chownSync(`${folder}/essaim.db`, nobody, nobody);
    match(asNobody('doctor', '--data', folder).stdout,
      new RegExp(`^fail +files +${folder}/files cannot be used: ${it}: ${todo(`${folder}/files`)}$`, 'm'));
    writeFileSync(`${folder}/essaim.conf`, 'zone = Europe/Paris\n', { mode: 0o600 });
    refused(`${folder}/essaim.conf cannot be read: ${it}: ${todo(`${folder}/essaim.conf`)}`);
    spawnSync('chown', ['-R', `${nobody}`, folder]);
    const name = join(folder, two.name), out = at('by nobody');
    mkdirSync(out);
    chownSync(out, nobody, nobody);
    chmodSync(name, 0);
    const r = asNobody('backup', join(out, 'b'), '--data', folder);
    equal(r.status, 1);
    equal(r.stderr, `essaim: ${name} cannot be read (Permission denied): no backup was made\n`);
    const above = asNobody('restore', at('nightly'), '--data', at('not mine'));
    equal(above.stderr, `essaim: ${at('not mine')} cannot be made (Permission denied): make it empty for this user`
      + ` (sudo install -d -o USER -m 750 ${at('not mine')}), or name another with --data\n`);
    chmodSync(`${folder}/essaim.conf`, 0);
    refused(`${folder}/essaim.conf cannot be read: its owner may not: chmod u+rwX ${folder}/essaim.conf`);
    spawnSync('chown', ['-R', '1', folder]);
    refused(`${folder}/essaim.conf cannot be read: ${folder} belongs to daemon, and this runs as nobody: call it by sudo -u daemon`);
  });
}
drop(lab);
