#include "unit/entity_world.h"

#include "base/utf8.h"
#include "store/words.h"

static bool gives(const char *text, const char *words)
{
    struct arena mem = {0};
    struct buf b = {.mem = &mem};
    words_add(&b, utf8_fold(&mem, str_of(text)));
    bool ok = str_eq(buf_done(&b), words);
    if (!ok)
        printf("  %s gives %s\n", text, buf_done(&b).p);
    arena_reset(&mem);
    return ok;
}

TEST(search_words_of_french)
{
    OKAY(gives("Les collèges de l'Épine", "les college de epine"));
    OKAY(gives("L’école qu'on aime d’Azur", "ecole on aime azur"));
    OKAY(gives("aujourd'hui", "aujourd hui"));
    OKAY(gives("réseaux, jeux ; cross — bus !", "reseau jeu cross bus"));
    OKAY(gives("0540038Y 54000 CM2 3èmes", "0540038y 54000 cm2 3emes"));
    OKAY(gives("Saint-Max (54)", "saint max 54"));
    OKAY(gives("«été» … n°5 €", "ete n 5"));
    OKAY(gives("日本 Łódź", "日本 lodz"));
    OKAY(gives("", "") && gives(" '' - ", "") && gives("l' d’", ""));
}

TEST(search_words_are_bounded)
{
    struct arena mem = {0};
    struct str words[WORDS_ASKED];
    char *text = arena_alloc(&mem, 2000);
    for (int i = 0; i < 1990; i += 2)
        memcpy(text + i, "é", 2);
    size_t n = words_ask(&mem, str_of(text), words);
    OKAY(n == 1 && words[0].n <= WORD_MOST && utf8_ok(words[0]));
    n = words_ask(&mem, STR("a b c d e f g h i j k l m n o p"), words);
    OKAY(n == WORDS_ASKED);
    n = words_ask(&mem, STR("\xff\xc3"), words);
    OKAY(n == 0);
    arena_reset(&mem);
}
