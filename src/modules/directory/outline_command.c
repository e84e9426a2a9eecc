/* essaim outlines: other outlines for the map, or ours again. */
#include "core/command.h"
#include "core/request.h"
#include "modules/directory/file_read.h"
#include "modules/directory/outline_load.h"

static enum status keep(struct conn *c, struct arena *a, void *data)
{
    const struct outlines *o = data;
    struct buf detail = {.mem = a};
    struct json j = {.out = &detail};
    json_object(&j, NULL);
    json_cstr(&j, "source", o ? o->source : NULL);
    json_end_object(&j);
    TRY(outlines_keep(c, a, o));
    return journal_add(c, a, 0, NULL, 0, "outlines", buf_done(&detail));
}

static enum status load(struct app *app, const char *path, const char *source)
{
    const char *why = "";
    struct str text = file_read(&app->mem, path, OUTLINE_BYTES, &why);
    struct outlines *o = text.p ? outlines_read(&app->mem, text, &why) : NULL;
    if (!o) {
        cli_fail("%s: %s", path, why);
        return ERR_INVALID;
    }
    o->source = source;
    enum status s = db_write_within(app->db, &app->mem, keep, o, 1000);
    size_t points = 0;
    for (size_t i = 0; i < o->n; i++)
        points += o->list[i].n;
    if (s == OK)
        printf("%zu outlines of %zu points; \"essaim outlines undo\" brings "
               "ours back\n",
               o->n, points);
    return s;
}

enum status outlines_command(struct app *app, int argc, char **argv)
{
    if (argc == 1 && same(argv[0], "undo"))
        return db_write(app->db, &app->mem, keep, NULL);
    if (argc == 2 && *argv[1] && strlen(argv[1]) <= 300)
        return load(app, argv[0], argv[1]);
    cli_fail("outlines FILE \"whose they are, and the licence\" |"
             " outlines undo");
    return ERR_NOT_FOUND;
}
