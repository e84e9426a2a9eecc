#include "unit/test.h"

#include "i18n/lang.h"
#include "i18n/po.h"

#define FILE_OF(path, text)                                                    \
    {                                                                          \
        path, (const unsigned char *)"" text, sizeof(text) - 1, "", NULL       \
    }
#define HEAD "msgid \"\"\nmsgstr \"\"\n\"Language: fr\\n\"\n\n"

static const struct file_embedded two[] = {
    FILE_OF("core/po/en.po", HEAD "msgid \"t.hello\"\nmsgstr \"Hello {name}, "
                                  "{when}\"\nmsgid \"t.count\"\nmsgid_plural "
                                  "\"t.count\"\nmsgstr[0] \"{n} project\"\n"
                                  "msgstr[1] \"{n} projects\"\n"),
    FILE_OF("core/po/fr.po",
            HEAD "# a comment\n#: where\nmsgid \"t.hello\"\r\nmsgstr \"\"\r\n"
                 "\"Bonjour \"\r\n\"{name},\\n{when} \\\"{\\\\\"\r\n\r\n"
                 "msgid \"t.count\"\nmsgid_plural \"t.count\"\nmsgstr[0] \"{n} "
                 "projet\"\nmsgstr[1] \"{n} projets\""),
    FILE_OF("modules/x/po/fr.po", "msgid \"x.y\"\nmsgstr \"Z\""),
    FILE_OF("view/assets/style.css", "msgid"),
};

/* Nothing of the arena stays behind for the tests that follow. */
static void close_all(struct arena *mem)
{
    OKAY(!i18n_open(mem, NULL, 0) && !lang_size(lang_default()));
    arena_reset(mem);
    OKAY(same(tr(lang_default(), "x.y"), "x.y"));
}

TEST(lang_labels)
{
    struct arena mem = {0};
    OKAY(!i18n_open(&mem, two, COUNT(two)));
    const struct lang *fr = lang_find("fr"), *en = lang_find("en");
    OKAY(fr == lang_default() && en && !lang_find("de") && !lang_find(NULL));
    OKAY(same(lang_code(en), "en"));
    OKAY(same(tr(fr, "x.y"), "Z") && tr_known(fr, "x.y"));
    OKAY(lang_size(fr) == 3 && lang_size(en) == 2 && !lang_key(en, 2));
    OKAY(same(lang_key(fr, 0), "t.hello"));
    size_t before = tr_missed();
    OKAY(same(tr(en, "x.y"), "x.y") && !tr_known(en, "x.y"));
    OKAY(tr_missed() == before + 1);
    OKAY(same(tr_with(&mem, fr, "t.hello", "when", "hier", "name", "Zoé", NULL),
              "Bonjour Zoé,\nhier \"{\\"));
    OKAY(same(tr_with(&mem, en, "t.hello", "name", "{when}", NULL),
              "Hello {when}, {when}"));
    OKAY(same(tr_fill(&mem, "{a}{b", "a", NULL, "b", "no", NULL), "{b"));
    close_all(&mem);
}

TEST(lang_plurals)
{
    struct arena mem = {0};
    OKAY(!i18n_open(&mem, two, COUNT(two)));
    const struct lang *fr = lang_find("fr"), *en = lang_find("en");
    OKAY(same(tr_n(&mem, fr, "t.count", 0), "0 projet"));
    OKAY(same(tr_n(&mem, fr, "t.count", 1), "1 projet"));
    OKAY(same(tr_n(&mem, fr, "t.count", 2), "2 projets"));
    OKAY(same(tr_n(&mem, fr, "t.count", 15495), "15\u202F495 projets"));
    OKAY(same(tr_n(&mem, en, "t.count", 0), "0 projects"));
    OKAY(same(tr_n(&mem, en, "t.count", 1), "1 project"));
    OKAY(same(tr_n(&mem, en, "t.count", 15495), "15,495 projects"));
    OKAY(same(tr(fr, "t.count"), "{n} projet"));
    OKAY(same(tr_n(&mem, fr, "no.key", 3), "no.key"));
    close_all(&mem);
}

TEST(lang_many_labels)
{
    struct arena mem = {0};
    struct buf po = {.mem = &mem};
    for (int i = 0; i < 5000; i++)
        buf_printf(&po, "msgid \"some.key.of.label_%d\"\nmsgstr \"%d\"\n", i,
                   i);
    struct file_embedded file = {"a/po/fr.po", (const unsigned char *)po.p,
                                 po.n, "", NULL};
    OKAY(!i18n_open(&mem, &file, 1));
    int wrong = 0;
    for (int i = 0; i < 5000; i++)
        wrong += !same(
            tr(lang_default(), arena_printf(&mem, "some.key.of.label_%d", i)),
            arena_printf(&mem, "%d", i));
    OKAY(!wrong);
    close_all(&mem);
}

#define PO(key, text) "msgid \"" key "\"\nmsgstr \"" text "\"\n\n"
TEST(lang_says_what_stands_in_rows)
{
    static const char fr_po[] = PO("a.given.watch", "Veille") PO("a.b", "Non");
    static const char en_po[] = PO("a.given.watch", "Watch") PO("a.b", "No");
    static const struct file_embedded files[] = {
        {"a/po/fr.po", (const unsigned char *)fr_po, sizeof(fr_po) - 1, "",
         NULL},
        {"a/po/en.po", (const unsigned char *)en_po, sizeof(en_po) - 1, "",
         NULL}};
    static const struct {
        const char *text, *english;
    } rows[] = {
        {"Veille", "Watch"},
        {"veille", "\002veille\003"},
        {"Non", "\002Non\003"},
        {"École", "\002École\003"},
        {"\002École\003", "\002École\003"},
        {"", ""},
        {"12,5 %", "12,5 %"},
        {"2024-03-01", "2024-03-01"},
        {"https://exemple.fr/a", "https://exemple.fr/a"},
        {"a@exemple.fr", "a@exemple.fr"},
        {"écrire à a@exemple.fr", "\002écrire à a@exemple.fr\003"},
    };
    struct arena mem = {0};
    OKAY(!i18n_open(&mem, files, COUNT(files)));
    const struct lang *fr = lang_find("fr"), *en = lang_find("en");
    for (size_t i = 0; i < COUNT(rows); i++) {
        OKAY(said(&mem, fr, rows[i].text) == rows[i].text);
        OKAY(same(said(&mem, en, rows[i].text), rows[i].english));
    }
    OKAY(!said(&mem, en, NULL) && !is_said_in_french(NULL));
    OKAY(is_said_in_french(said(&mem, en, "École")));
    close_all(&mem);
    OKAY(same(said(&mem, en, "Veille"), "\002Veille\003"));
    arena_reset(&mem);
}

static bool refused(const char *text, const char *why)
{
    struct arena mem = {0};
    struct po_entry *list;
    size_t n;
    const char *got = po_read(&mem, "f.po", str_of(text), &list, &n);
    bool ok = got && same(got, why);
    if (!ok)
        printf("  got %s\n", got ? got : "no fault");
    close_all(&mem);
    return ok;
}

TEST(po_faults_name_their_line)
{
    OKAY(refused("msgid \"a\"\n\nmsgid \"b\"\nmsgstr \"B\"\n",
                 "f.po:1: msgid without its msgstr"));
    OKAY(refused("\nmsgid \"a\"\nmsgstr \"\"\n",
                 "f.po:2: this msgid has an empty msgstr"));
    OKAY(refused("msgid \"a\"\nmsgstr \"x\\q\"", "f.po:2: unknown escape"));
    OKAY(refused("msgid \"a\"\nmsgstr \"x\\\"", "f.po:2: unknown escape"));
    OKAY(refused("msgid \"a\"\nmsgstr \"x\"y\"",
                 "f.po:2: write \\\" inside a text"));
    OKAY(refused("msgid \"a\"\nmsgstr x",
                 "f.po:2: text in double quotes expected"));
    OKAY(refused("msgstr \"a\"", "f.po:1: no msgid before this"));
    OKAY(refused("\"a\"", "f.po:1: neither msgid, msgstr nor a text"));
    OKAY(refused("msgid \"a\"\nmsgstr \"b\"\nmsgstr \"c\"",
                 "f.po:3: the same line twice"));
    OKAY(refused("msgctxt \"a\"", "f.po:1: neither msgid, msgstr nor a text"));
    OKAY(refused("msgid \"a\"\nmsgid_plural \"a\"\nmsgstr[0] \"b\"",
                 "f.po:1: a plural has msgid_plural, msgstr[0] and "
                 "msgstr[1]"));
    OKAY(refused("\xE9", "f.po:1: it is not UTF-8"));
}

TEST(lang_refuses_a_key_twice)
{
    static const struct file_embedded twice[] = {
        FILE_OF("a/po/fr.po", "msgid \"k\"\nmsgstr \"1\"\n"),
        FILE_OF("b/po/fr.po", "msgid \"k\"\nmsgstr \"2\"\n"),
    };
    struct arena mem = {0};
    const char *why = i18n_open(&mem, twice, 2);
    OKAY(why && same(why, "b/po/fr.po: k is in a/po/fr.po already"));
    close_all(&mem);
}

TEST(lang_accept_header)
{
    static const struct {
        const char *header, *code;
    } rows[] = {
        {NULL, "fr"},
        {"", "fr"},
        {"en", "en"},
        {"EN-us,en;q=0.9", "en"},
        {"de, en;q=0.5", "en"},
        {"fr;q=0.4, en;q=0.5", "en"},
        {"en;q=0.5,fr;q=0.5", "fr"},
        {"fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "fr"},
        {"en;q=0", "fr"},
        {"english", "fr"},
        {"en;q=nan", "fr"},
        {";;,,;q=", "fr"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(same(lang_code(lang_accept(rows[i].header)), rows[i].code));
}
