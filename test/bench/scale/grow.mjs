// A laboratory grown by SQL on either engine: so many schools with a history, deployments of
// years past, and a tenth as many lines of the journal. Indexes are made again at the end,
// which is how ten million rows are there in minutes.
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const big = { encoding: 'utf8', maxBuffer: 1 << 28 };
const lines = (text) => text.split('\n').filter(Boolean);

// The database of a folder as the command line of SQLite sees it.
export function liteAt(folder) {
  const file = join(folder, 'essaim.db');
  const ask = (text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', file, text], big).trim();
  return {
    ask,
    series: (count) => `generate_series(0, ${count - 1}) n`,
    columns: (table) => lines(ask(`SELECT name FROM pragma_table_info('${table}') ORDER BY cid`)),
    indexes: (table) => lines(ask(`SELECT name || '|' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '${table}'`)),
    session: 'PRAGMA journal_mode = DELETE; PRAGMA journal_mode = OFF; PRAGMA cache_size = -400000; PRAGMA threads = 2;',
    filled: (table) => `INSERT INTO ${table}_search (${table}_search) VALUES ('rebuild');`,
    end: () => ask('PRAGMA journal_mode = WAL; ANALYZE sqlite_master'),
  };
}
// A PostgreSQL database by its name.
export function serverAt(name) {
  const ask = (text) => execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', name, '-c', text], big).trim();
  return {
    ask,
    series: (count) => `generate_series(0, ${count - 1}) n(value)`,
    columns: (table) => lines(ask(`SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`)),
    indexes: (table) => lines(ask(`SELECT indexname || '|' || indexdef FROM pg_indexes WHERE tablename = '${table}' AND NOT EXISTS
      (SELECT 1 FROM pg_constraint WHERE conindid = indexname::regclass) AND schemaname = current_schema()`)),
    session: 'SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = \'1GB\'; SET work_mem = \'256MB\';',
    filled: (table) => `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}));`,
    end: () => ask('VACUUM ANALYZE'),
  };
}

// The rows of a table again and again under new ids, with other values for some columns: t is the
// row they come from, o another one, so that not all that goes together there does so here.
function again(db, table, count, changes) {
  const columns = db.columns(table), indexes = db.indexes(table);
  const [have, top] = db.ask(`SELECT count(*), max(id) FROM ${table}`).split('|').map(Number);
  const values = columns.map((c) => (changes[c] ?? `t."${c}"`).replaceAll('TOP', top));
  db.ask(`${db.session}
    ${indexes.map((i) => `DROP INDEX ${i.split('|')[0]};`).join('\n')}
    CREATE TEMP TABLE kind AS SELECT x.*, row_number() OVER (ORDER BY id) - 1 AS place FROM ${table} x;
    CREATE UNIQUE INDEX kind_at ON kind (place);
    INSERT INTO ${table} (${columns.map((c) => `"${c}"`)})
      SELECT ${values} FROM ${db.series(count)} JOIN kind t ON t.place = n.value % ${have}
        JOIN kind o ON o.place = n.value / ${have} % ${have};
    ${indexes.map((i) => `${i.slice(i.indexOf('|') + 1)};`).join('\n')}
    ${db.filled(table)}`);
}
// As many digits as asked, whatever the number.
const digits = (n) => `substr(CAST(1${'0'.repeat(n)} + n.value AS TEXT), 2)`;
const uid = (mark) => `'018a4e0a-${mark}-7000-8000-' || ${digits(12)}`;
const numbered = (...columns) => Object.fromEntries(columns.map((c) => [c, `t.${c} || ' ' || n.value`]));

export function schools(db, count) {
  again(db, 'directory_school', count, {
    id: 'TOP + 1 + n.value', uid: uid('1001'), uai: `'9' || ${digits(8)} || 'A'`, uai_fold: `'9' || ${digits(8)} || 'a'`,
    bassin: 'o.bassin', departement: 'o.departement', ...numbered('name', 'name_fold', 'words') });
}

export function grow(db, count) {
  schools(db, count);
  db.ask(`${db.session}
    INSERT INTO core_history (entity, row_id, version, at, by, what) SELECT 'directory_school', s.id, 1, s.created_at, 0, 'insert'
      FROM directory_school s WHERE NOT EXISTS (SELECT 1 FROM core_history h WHERE h.entity = 'directory_school' AND h.row_id = s.id)
      ORDER BY s.id;
    INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt)
      SELECT 1741738472, 1, 'portfolio_gate', n.value, 'go', '{"from":"open","to":"go"}', '00000000000000000000' || ${digits(12)}
      FROM ${db.series(count / 10)};`);
  // Long over: days 7305 to 14610 are 1990 to 2009.
  again(db, 'portfolio_deployment', count, {
    id: 'TOP + 1 + n.value', uid: uid('1002'), ...numbered('tool', 'tool_fold', 'words'),
    state: "'stopped'", starts: '7305 + n.value % 7000', ends: '7335 + n.value % 7000' });
  db.end();
}
