// tools/labels.mjs must find each of these faults, and no other.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const entry = (key, text) => `msgid "${key}"\nmsgstr "${text}"\n`;
const sources = {
  "x.c": 'tr(l, "x.no");\n/* tr(l, "x.comment") */ return "x.why"; y = "x.a";',
  "x.html": "<p>{{_ x.page n=v->n}}</p>",
  "po/fr.po": entry("x.a", "Le coordinateur d'ici: « oui » ?") +
    "#. allowed: signal\n" + entry("x.b", "Un signal, un essai {who}") +
    entry("x.c", "15 495 élèves") + entry("x.d", "signaler l’inspiration\u202F!"),
  "po/en.po": entry("x.a", "It's: fine") + entry("x.b", "A {whom}") +
    'msgid "x.d"\nmsgid_plural "x.d"\nmsgstr[0] "1"\nmsgstr[1] "2"\n' +
    entry("x.e", "e"),
};
const wanted = [
  'fr.po:1: x.a: not "coordinateur" here',
  "fr.po:1: x.a: write the apostrophe ’",
  "fr.po:1: x.a: a no-break space goes before ; : ! ? » % €",
  "fr.po:1: x.a: a no-break space goes after «",
  "fr.po:1: x.a: a narrow no-break space goes before ; : ! ?",
  'fr.po:4: x.b: not "essai" here',
  "fr.po:6: x.c: a narrow no-break space parts thousands",
  "en.po:3: x.b: placeholders differ from French",
  "fr.po:6: x.c is not in English",
  "en.po:5: x.d has a plural in one language only",
  "en.po:9: x.e is not in French",
  "x.c:1: x.no has no label",
  "x.c:2: x.why has no label",
  "x.html:1: x.page has no label",
  "tables: x.derived has no label",
  "fr.po:6: x.c is not used",
  "fr.po:8: x.d is not used",
];
const folder = mkdtempSync(join(tmpdir(), "essaim-labels-"));
mkdirSync(join(folder, "src/modules/x/po"), { recursive: true });
for (const [name, text] of Object.entries(sources))
  writeFileSync(join(folder, "src/modules/x", name), text);
const run = spawnSync("node", [resolve("tools/labels.mjs"), "-"],
  { cwd: folder, input: "x.b\nx.derived\n", encoding: "utf8" });
rmSync(folder, { recursive: true });
const found = run.stderr.trim().split("\n");
const unseen = wanted.filter((w) => !found.some((f) => f.endsWith(w)));
const extra = found.filter((f) => !wanted.some((w) => f.endsWith(w)));
for (const f of unseen) console.log(`  not found: ${f}`);
for (const f of extra) console.log(`  found: ${f}`);
const ok = run.status === 1 && !unseen.length && !extra.length;
console.log(`${ok ? "ok" : "not ok"} tools_labels`);
process.exitCode = ok ? 0 : 1;
