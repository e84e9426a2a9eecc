// A laboratory in a file, grown by SQL: so many schools with a history, deployments of years
// past, and lines of the journal.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export const lite = (folder, text) => execFileSync('sqlite3', ['-cmd', '.timeout 5000', join(folder, 'essaim.db'), text],
  { encoding: 'utf8', maxBuffer: 1 << 28 }).trim();

// The rows of a table again and again under new ids, with other values for some columns.
function again(folder, table, count, changes) {
  const columns = lite(folder, `SELECT name FROM pragma_table_info('${table}')`).split('\n');
  const values = columns.map((c) => changes[c] ?? `t."${c}"`);
  const [have, top] = lite(folder, `SELECT count(*), max(id) FROM ${table}`).split('|').map(Number);
  const step = 200000; // a transaction that fits into the WAL
  for (let from = 0; from < count; from += step)
    lite(folder, `PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
      CREATE TEMP TABLE kind AS SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM ${table} WHERE id <= ${top};
      CREATE UNIQUE INDEX kind_at ON kind (place);
      INSERT INTO ${table} (${columns.map((c) => `"${c}"`)}) WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL
        SELECT i + 1 FROM n WHERE i + 1 < ${Math.min(count, from + step)})
      SELECT ${values.map((v) => v.replaceAll('TOP', top))} FROM n JOIN kind t ON t.place = n.i % ${have};`);
}
const uid = (mark) => `printf('018a4e0a-${mark}-7000-8000-%012x', n.i)`;

export function grow(folder, count) {
  again(folder, 'directory_school', count, {
    id: 'TOP + 1 + n.i', uid: uid('1001'), uai: "printf('9%06dA', n.i)", uai_fold: "printf('9%06da', n.i)",
    name: "t.name || ' ' || n.i", name_fold: "t.name_fold || ' ' || n.i",
    words: "t.words || ' ' || n.i" });
  lite(folder, `INSERT INTO directory_school_search (directory_school_search) VALUES ('rebuild');
    PRAGMA synchronous = OFF;
    INSERT INTO core_history (entity, row_id, version, at, by, what) SELECT 'directory_school', s.id, 1, s.created_at, 0, 'insert'
      FROM directory_school s WHERE NOT EXISTS (SELECT 1 FROM core_history h WHERE h.entity = 'directory_school' AND h.row_id = s.id);
    INSERT INTO core_journal (at, person, entity, row_id, what, detail, salt) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
      SELECT i + 1 FROM n WHERE i < ${count} / 10) SELECT 1741738472, 1, 'portfolio_gate', i, 'go', '{"from":"open","to":"go"}',
      lower(hex(randomblob(16))) FROM n;`);
  // Long over: days 7305 to 14610 are 1990 to 2009.
  again(folder, 'portfolio_deployment', count, {
    id: 'TOP + 1 + n.i', uid: uid('1002'), tool: "t.tool || ' ' || n.i", tool_fold: "t.tool_fold || ' ' || n.i",
    words: "t.words || ' ' || n.i", state: "'stopped'", starts: '7305 + n.i % 7000', ends: '7335 + n.i % 7000' });
  lite(folder, "INSERT INTO portfolio_deployment_search (portfolio_deployment_search) VALUES ('rebuild'); PRAGMA wal_checkpoint(TRUNCATE)");
}
