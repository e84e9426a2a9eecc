#include "unit/test.h"

#include "base/utf8.h"

static bool folds(const char *from, const char *to)
{
    struct arena mem = {0};
    bool ok = str_eq(utf8_fold(&mem, str_of(from)), to);
    arena_reset(&mem);
    return ok;
}

TEST(utf8_fold_of_names)
{
    OKAY(folds("Collège de l'Épine", "college de l'epine"));
    OKAY(folds("COLLÈGE DE L’ÉPINE", "college de l'epine"));
    OKAY(folds("e\u0301cole", "ecole"));
    OKAY(folds("Sacré-Cœur", "sacre-coeur"));
    OKAY(folds("ŒUVRE Ærø Łódź Straße STRAẞE", "oeuvre aero lodz strasse "
                                               "strasse"));
    OKAY(folds("  \t a\u00A0\u202F b \r\n", "a b"));
    OKAY(folds("Jean\u2011Paul", "jean-paul"));
    OKAY(folds("co\u00ADop\u200B", "coop"));
    OKAY(folds("6\u1D49 \uFF21", "6e a"));
    OKAY(folds("", ""));
    OKAY(folds(" ", ""));
    OKAY(folds("bad \xFF\xC3 end", "bad end"));
}

TEST(utf8_a_sentence_says_something)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        {"Le besoin demeure, l’équipe est prête.", true},
        {"Aucune classe ne l’a essayé.", true},
        {"Un\tdeux\r\ntrois  quatre-vingts", true},
        {"", false},
        {"ok", false},
        {"Vu.", false},
        {"Oui oui oui oui oui oui oui", false},
        {"Anticonstitutionnellement", false},
        {"Trop tôt pour tous.", false}, /* 19 */
        {"ééééé ééé éé é", false},
        {"    a b c d            ", true}, /* trimmed by who asks */
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(utf8_is_sentence(str_of(rows[i].text)) == rows[i].is);
}

TEST(utf8_sentences_are_counted)
{
    static const struct {
        const char *text;
        size_t n;
    } rows[] = {
        {"", 0},
        {"Non", 0},
        {"Il faut revoir le protocole", 1},
        {"Il faut revoir le protocole avant tout essai.", 1},
        {"Il faut le revoir. Le comité attend", 2},
        {"Il a dit «\xc2\xa0oui, bien s\xc3\xbbr\xc2\xa0!\xc2\xa0» Il l’a "
         "écrit.",
         2},
        {"M. le principal accepte. Est-ce assez\xc2\xa0? On le verra…\n", 3},
        {"Le site test.example reste à 3.5 mètres.", 1},
        {" . . . ", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        OKAY(utf8_sentences(str_of(rows[i].text)) == rows[i].n);
}

TEST(utf8_fold_twice_changes_nothing)
{
    for (unsigned c = 1; c < 0x110000; c++) {
        char text[8] = "";
        struct arena mem = {0};
        size_t n = 0;
        if (c >= 0xD800 && c < 0xE000)
            continue;
        if (c < 0x80)
            text[n++] = (char)c;
        else if (c < 0x800)
            text[n++] = (char)(0xC0 | c >> 6);
        else if (c < 0x10000)
            text[n++] = (char)(0xE0 | c >> 12);
        else
            text[n++] = (char)(0xF0 | c >> 18);
        if (c >= 0x10000)
            text[n++] = (char)(0x80 | (c >> 12 & 63));
        if (c >= 0x800)
            text[n++] = (char)(0x80 | (c >> 6 & 63));
        if (c >= 0x80)
            text[n++] = (char)(0x80 | (c & 63));
        struct str once = utf8_fold(&mem, (struct str){text, n});
        struct str twice = utf8_fold(&mem, once);
        OKAY(str_eq(twice, once.p));
        if (!str_eq(twice, once.p))
            printf("  U+%04X gives \"%s\" then \"%s\"\n", c, once.p, twice.p);
        arena_reset(&mem);
    }
}

TEST(utf8_ok_refuses)
{
    OKAY(utf8_ok(STR("")) && utf8_ok(STR("é€\U0001F41D")));
    OKAY(!utf8_ok(STR("\xC3")));
    OKAY(!utf8_ok(STR("\xC0\xAF")));         /* "/" written too long */
    OKAY(!utf8_ok(STR("\xED\xA0\x80")));     /* half a surrogate pair */
    OKAY(!utf8_ok(STR("\xF4\x90\x80\x80"))); /* past U+10FFFF */
    OKAY(!utf8_ok(STR("a\0b")));
    OKAY(utf8_length(STR("Épine€")) == 6);
}

TEST(utf8_mend_keeps_what_is_well)
{
    struct arena mem = {0};
    OKAY(str_eq(utf8_mend(&mem, STR("é€\U0001F41D")), "é€\U0001F41D"));
    OKAY(str_eq(utf8_mend(&mem, STR("a\0\xE9z\xC3")), "a��z�"));
    OKAY(utf8_ok(utf8_mend(&mem, STR("\xED\xA0\x80\xF4\x90\x80\x80\xC0\xAF"))));
    arena_reset(&mem);
}

TEST(utf8_from_utf16_both_ways)
{
    struct arena mem = {0};
    OKAY(str_eq(utf8_from_utf16(&mem, STR("\xC9\0a\0\x3D\xD8\x1D\xDC"), false),
                "Éa\xF0\x9F\x90\x9D"));
    OKAY(str_eq(utf8_from_utf16(&mem, STR("\0\xC9\0a"), true), "Éa"));
    /* Half a pair, a NUL, an odd byte. */
    OKAY(str_eq(utf8_from_utf16(&mem, STR("\xD8\x3D\0a\0\0\xDC\x1D\0"), true),
                "\uFFFDa\uFFFD\uFFFD"));
    OKAY(utf16_whole(STR("a\0\x3D\xD8"), false) == 2);
    OKAY(utf16_whole(STR("a\0b"), false) == 2);
    arena_reset(&mem);
}

TEST(utf8_whole_leaves_no_half_letter)
{
    OKAY(utf8_whole(STR("")) == 0 && utf8_whole(STR("ab")) == 2);
    OKAY(utf8_whole(STR("a\xC3\xA9")) == 3 && utf8_whole(STR("a\xC3")) == 1);
    OKAY(utf8_whole(STR("a\xE2\x80")) == 1 && utf8_whole(STR("\xE2")) == 0);
    OKAY(utf8_whole(STR("\xF0\x9F\x90")) == 0);
}

TEST(utf8_from_windows)
{
    struct arena mem = {0};
    OKAY(str_eq(utf8_from_latin1(&mem, STR("\xC9t\xE9 \x80 l\x92\x9Cuf")),
                "Été € l’œuf"));
    OKAY(str_eq(utf8_from_latin1(&mem, STR("a\0\x81z")), "a\uFFFD\uFFFDz"));
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    OKAY(utf8_ok(utf8_from_latin1(&mem, (struct str){all, sizeof(all)})));
    arena_reset(&mem);
}
