// Checks the labels: every key that a page or the program uses is in both
// catalogues, every key of a catalogue is used, both languages have the same
// keys and placeholders, and the French is that of a staff room, set as French
// is set.
//
//     essaim labels | node tools/labels.mjs -    keys derived from the tables,
//                                                one a line, on standard input
//     node tools/labels.mjs                      without them, no key is unused
//
// A refused word that is meant is allowed by a comment over its entry:
//     #. allowed: signal
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

// anchors: the "not" column of the glossary's words.
const refused = [
  "coordinateurs?", "coordinatrices?", "stages?", "gates?", "lignages?",
  "signal", "signaux", "essais?", "bras", "paniers?", "kits?", "feedbacks?",
  "dashboards?", "visites?", "deadlines?", "workflows?", "login", "email",
  "uploader", "updater", "checker",
];
const refusedWord = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?:${refused.join("|")})(?![\\p{L}\\p{N}])`, "giu");
const setting = [
  [/'/, "write the apostrophe ’"],
  [/"/, "write « and » with no-break spaces"],
  [/ [;:!?»%€]/, "a no-break space goes before ; : ! ? » % €"],
  [/« /, "a no-break space goes after «"],
  [/«[^\u00A0\u202F ]|[^\u00A0\u202F ]»/, "« and » have a no-break space inside"],
  [/[\p{L}\p{N})}][;!?](?=\s|$)|[\p{L})}]:(?=\s|$)/u,
    "a narrow no-break space goes before ; : ! ?"],
  [/\d \d{3}(?!\d)/, "a narrow no-break space parts thousands"],
  [/\.\.\./, "write …"],
];
// "lending.due", or the name of an entity: "lending_loan".
const isKey = /^[a-z][a-z0-9_-]*(\.[a-z0-9_+-]+)+$|^[a-z]+(_[a-z0-9]+)+$/i;
const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((f) => f.isDirectory() ? walk(join(folder, f.name))
      : [join(folder, f.name)]);
}

const unescape = (s) =>
  s.replace(/\\(.)/g, (_, c) => ({ n: "\n", t: "\t" })[c] ?? c);

// The program reads catalogues strictly (src/i18n/po.c); here only what is well
// formed is looked at.
function catalogue(path) {
  const entries = [];
  let entry, field, allowed = "";
  readFileSync(path, "utf8").split("\n").forEach((line, i) => {
    const m = line.trim().match(/^(?:(msg\w+(?:\[\d\])?)\s+)?"(.*)"$/);
    const allow = line.match(/^#\. allowed: (.*)/);
    if (allow) allowed = allow[1];
    if (!m) return;
    if (m[1] === "msgid") {
      entry = { path, line: i + 1, allowed, texts: {} };
      allowed = "";
      entries.push(entry);
    }
    field = m[1] ?? field;
    entry.texts[field] = (entry.texts[field] ?? "") + unescape(m[2]);
  });
  for (const e of entries) {
    e.key = e.texts.msgid;
    e.plural = "msgid_plural" in e.texts;
    e.said = Object.entries(e.texts).filter(([k]) => k.startsWith("msgstr"))
      .map(([, v]) => v);
  }
  return entries.filter((e) => e.key);
}

function spokenWell(e) {
  for (const text of e.said) {
    const words = (text.match(refusedWord) ?? [])
      .filter((w) => !e.allowed.split(/\s+/).includes(w.toLowerCase()));
    if (words.length)
      fault(`${e.path}:${e.line}`, `${e.key}: not "${words.join('", "')}" here`);
    for (const [wrong, why] of setting)
      if (wrong.test(text)) fault(`${e.path}:${e.line}`, `${e.key}: ${why}`);
  }
}

function load(files, code) {
  const all = new Map();
  for (const path of files.filter((f) => f.endsWith(`/po/${code}.po`)))
    for (const e of catalogue(path)) {
      const other = all.get(e.key);
      if (other) fault(`${path}:${e.line}`, `${e.key} is in ${other.path} too`);
      if (!isKey.test(e.key)) fault(`${path}:${e.line}`, `${e.key} is no key`);
      all.set(e.key, e);
      if (code === "fr") spokenWell(e);
    }
  return all;
}

const holes = (e) => [...new Set(e.said.join(" ").match(/\{\w+\}/g) ?? [])]
  .sort().join(" ");

function compare(fr, en) {
  for (const e of fr.values()) {
    const o = en.get(e.key);
    if (!o) fault(`${e.path}:${e.line}`, `${e.key} is not in English`);
    else if (o.plural !== e.plural)
      fault(`${o.path}:${o.line}`, `${e.key} has a plural in one language only`);
    else if (holes(o) !== holes(e))
      fault(`${o.path}:${o.line}`, `${e.key}: placeholders differ from French`);
  }
  for (const e of en.values())
    if (!fr.has(e.key)) fault(`${e.path}:${e.line}`, `${e.key} is not in French`);
}

// needed: keys that must exist. seen: every literal that may be one.
const needed = new Map(), seen = new Set();
const need = (key, where) => needed.has(key) || needed.set(key, where);

function usesOf(path) {
  // Comments go, but their lines stay.
  const text = readFileSync(path, "utf8")
    .replace(/\/\*.*?\*\//gs, (c) => c.replace(/[^\n]/g, ""));
  const at = (i) => `${path}:${text.slice(0, i).split("\n").length}`;
  const find = (re) => [...text.matchAll(re)].forEach((m) => need(m[1], at(m.index)));
  if (path.endsWith(".html")) {
    find(/\{\{_\s+([a-z][\w.-]*)/gi);
  } else {
    find(/\btr(?:_n|_with)?\([^";]*?"([^"]+\.[^"]+)"/g);
    find(/\.(?:menu|label|source) = "([^"]*\.[^"]*)"/g);
    if (path.includes("/modules/")) find(/\breturn "([a-z_]+(?:\.[a-z_0-9]+)+)";/g);
  }
  for (const m of text.matchAll(/"([a-z][\w.+-]*)"/gi)) seen.add(m[1]);
}

const files = walk("src");
const fr = load(files, "fr"), en = load(files, "en");
compare(fr, en);
files.filter((f) => /\.(html|[ch])$/.test(f)).forEach(usesOf);
const derived = process.argv[2] === "-";
if (derived)
  readFileSync(0, "utf8").split("\n").map((s) => s.trim()).filter(Boolean)
    .forEach((key) => need(key, "derived from the tables"));
// A key with a part filled in while running: some label must fit it.
const fits = (pattern) => new RegExp(
  `^${pattern.split("%s").map((t) => t.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+")}$`);
for (const [key, where] of needed) {
  const known = key.includes("%s") ? [...fr.keys()].some((k) => fits(key).test(k)) : fr.has(key);
  if (!known) fault(where, `${key} has no label`);
}
if (derived)
  for (const e of fr.values())
    if (!needed.has(e.key) && !seen.has(e.key))
      fault(`${e.path}:${e.line}`, `${e.key} is not used`);
faults.forEach((f) => console.error(f));
console.log(`labels: ${fr.size} French, ${en.size} English, ${needed.size} ` +
  `keys used, ${faults.length} faults`);
process.exitCode = faults.length ? 1 : 0;
