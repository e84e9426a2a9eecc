#include "core/meter.h"

#include "base/random.h"
#include "base/time.h"
#include "core/task.h"

#include <sys/resource.h>
#include <unistd.h>

static const double bounds[METER_BUCKETS] = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
};

struct meter *meter_make(struct app *app)
{
    static const char *const names[] = {"static", "probe", "unknown",
                                        "refused"};
    struct meter *m = NEW(&app->mem, struct meter);
    m->n = app->route_count + FAMILIES;
    m->counted = NEW_ARRAY(&app->mem, struct counted, m->n);
    for (size_t i = 0; i < app->route_count; i++) {
        m->counted[i].route = app->routes[i];
        m->counted[i].name = app->routes[i]->path;
    }
    for (size_t i = 0; i < FAMILIES; i++) {
        m->counted[app->route_count + i].name = names[i];
        m->families[i].data = &m->counted[app->route_count + i];
    }
    return m;
}

void meter_answered(struct meter *m, const struct counted *counted,
                    unsigned status, int64_t took_ns)
{
    if (!counted)
        counted = m->families[F_REFUSED].data;
    struct counted *k = &m->counted[counted - m->counted];
    size_t class = status / 100 - 1, i = 0;
    if (class >= METER_CLASSES)
        class = METER_CLASSES - 1;
    while (i < METER_BUCKETS && (double)took_ns > bounds[i] * 1e9)
        i++;
    k->classes[class].buckets[i]++;
    k->classes[class].sum_us += (uint64_t)took_ns / 1000;
}

bool meter_readable(const struct http_exchange *x, const char *token)
{
    struct str sent = http_header(x, "Authorization");
    if (sent.p)
        return *token && str_starts(sent, "Bearer ") &&
               sent.n - 7 == strlen(token) &&
               same_bytes(sent.p + 7, token, sent.n - 7);
    if (http_header(x, "X-Forwarded-For").p || http_header(x, "Forwarded").p)
        return false;
    return same(x->address, "127.0.0.1") || same(x->address, "::1") ||
           same(x->address, "::ffff:127.0.0.1") || same(x->address, "unix");
}

static void head(struct buf *b, const char *name, const char *type,
                 const char *help)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct buf *b, const char *name, const char *type,
                const char *help, double value)
{
    head(b, name, type, help);
    buf_printf(b, "%s %.15g\n", name, value);
}

static void answers_of(struct buf *b, const struct counted *k, size_t class)
{
    static const char name[] = "essaim_http_request_duration_seconds";
    static const char *const methods[] = {"GET", "POST", "PATCH", "DELETE"};
    uint64_t count = 0;
    char labels[300];
    for (size_t i = 0; i <= METER_BUCKETS; i++)
        count += k->classes[class].buckets[i];
    if (!count)
        return;
    snprintf(labels, sizeof(labels),
             "method=\"%s\",route=\"%s\",code=\"%zuxx\"",
             k->route ? methods[k->route->method] : "", k->name, class + 1);
    count = 0;
    for (size_t i = 0; i < METER_BUCKETS; i++) {
        count += k->classes[class].buckets[i];
        buf_printf(b, "%s_bucket{%s,le=\"%g\"} %" PRIu64 "\n", name, labels,
                   bounds[i], count);
    }
    count += k->classes[class].buckets[METER_BUCKETS];
    buf_printf(b, "%s_bucket{%s,le=\"+Inf\"} %" PRIu64 "\n", name, labels,
               count);
    buf_printf(b, "%s_sum{%s} %.6f\n", name, labels,
               (double)k->classes[class].sum_us / 1e6);
    buf_printf(b, "%s_count{%s} %" PRIu64 "\n", name, labels, count);
}

static void requests(struct buf *b, const struct meter *m)
{
    head(b, "essaim_http_request_duration_seconds", "histogram",
         "From the head of a request to its answer, by route and code.");
    for (size_t i = 0; i < m->n; i++)
        for (size_t class = 0; class < METER_CLASSES; class ++)
            answers_of(b, &m->counted[i], class);
}

static void lane(struct buf *b, const char *name, const char *type,
                 const char *help, const double values[3])
{
    static const char *const lanes[] = {"fast", "heavy", "writer"};
    head(b, name, type, help);
    for (size_t i = 0; i < COUNT(lanes); i++)
        if (values[i] >= 0)
            buf_printf(b, "%s{lane=\"%s\"} %.15g\n", name, lanes[i], values[i]);
}

static void lanes(struct buf *b, struct http_load l, struct db_stats db)
{
    one(b, "essaim_http_connections", "gauge", "Open connections.",
        l.connections);
    lane(b, "essaim_lane_waiting", "gauge", "Requests or writes that wait.",
         (double[]){l.waiting[HTTP_FAST], l.waiting[HTTP_HEAVY], db.waiting});
    lane(b, "essaim_lane_running", "gauge", "Requests being answered.",
         (double[]){l.running[HTTP_FAST], l.running[HTTP_HEAVY], -1});
    lane(b, "essaim_lane_refused_total", "counter",
         "Requests or writes refused because the lane was full.",
         (double[]){(double)l.refused[HTTP_FAST], (double)l.refused[HTTP_HEAVY],
                    (double)db.refused});
}

static void database(struct buf *b, const struct meter *m, struct db_stats s)
{
    static const char name[] = "essaim_db_writes_per_commit";
    uint64_t count = 0;
    head(b, "essaim_db_wal_bytes", "gauge",
         "Write-ahead log since the last checkpoint.");
    if (m->gauges[G_WAL] != NONE)
        buf_printf(b, "essaim_db_wal_bytes %" PRId64 "\n", m->gauges[G_WAL]);
    one(b, "essaim_db_writes_total", "counter", "Writes answered.",
        (double)s.writes);
    one(b, "essaim_db_commits_total", "counter",
        "Commits that changed something.", (double)s.commits);
    one(b, "essaim_db_queries_total", "counter", "Queries made by requests.",
        (double)m->queries);
    one(b, "essaim_db_slow_queries_total", "counter",
        "Statements over the time of ESSAIM_SLOW_MS.", (double)s.slow);
    head(b, name, "histogram", "Writes that one commit made durable.");
    for (size_t i = 0; i < DB_GROUPS; i++) {
        count += s.groups[i];
        buf_printf(b, "%s_bucket{le=\"%u\"} %" PRIu64 "\n", name, 1u << i,
                   count);
    }
    buf_printf(b,
               "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %" PRIu64
               "\n%s_count %" PRIu64 "\n",
               name, count, name, s.grouped, name, count);
}

static void work(struct buf *b, const struct meter *m)
{
    static const char *const states[] = {"due", "running", "failed"};
    head(b, "essaim_tasks", "gauge", "Tasks by state; failed: given up.");
    for (size_t i = 0; i < COUNT(states); i++)
        buf_printf(b, "essaim_tasks{state=\"%s\"} %" PRId64 "\n", states[i],
                   m->gauges[G_TASKS_DUE + i]);
    one(b, "essaim_journal_sealed_lines", "gauge", "Lines in the sealed tree.",
        (double)m->gauges[G_SEALED]);
    one(b, "essaim_journal_unsealed_lines", "gauge",
        "Lines that wait for their seal.", (double)m->gauges[G_UNSEALED]);
    one(b, "essaim_journal_unsealed_seconds", "gauge",
        "How long the oldest of them has waited.",
        (double)m->gauges[G_UNSEALED_SECONDS]);
}

static void sign_ins(struct buf *b, const struct meter *m)
{
    static const char *const ends[SIGN_INS] = {"right", "wrong", "held"};
    head(b, "essaim_sign_ins_total", "counter",
         "Passwords typed; held: too many before, not looked at.");
    for (size_t i = 0; i < SIGN_INS; i++)
        buf_printf(b, "essaim_sign_ins_total{end=\"%s\"} %" PRIu64 "\n",
                   ends[i], m->sign_ins[i]);
}

/* A line of /proc/self/status in kB, as bytes. */
static double memory(const char *status, const char *name)
{
    const char *at = strstr(status, name);
    return at ? (double)strtoll(at + strlen(name), NULL, 10) * 1024 : 0;
}

static void process(struct buf *b)
{
    char status[4096] = "";
    FILE *f = fopen("/proc/self/status", "re");
    if (f) {
        status[fread(status, 1, sizeof(status) - 1, f)] = 0;
        fclose(f);
    }
    struct rusage u = {0};
    getrusage(RUSAGE_SELF, &u);
    one(b, "process_resident_memory_bytes", "gauge",
        "Memory in use, the mapped database included.",
        memory(status, "VmRSS:"));
    one(b, "essaim_memory_own_bytes", "gauge",
        "Memory in use that is the program's own.",
        memory(status, "RssAnon:") + memory(status, "RssShmem:"));
    one(b, "process_threads", "gauge", "Threads.",
        memory(status, "Threads:") / 1024);
    one(b, "process_cpu_seconds_total", "counter", "Processor time used.",
        (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
            (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6);
}

struct str meter_text(struct app *app, struct arena *a, struct http_load load)
{
    struct buf b = {.mem = a};
    const struct meter *m = app->meter;
    struct db_stats db = db_stats(app->db);
    head(&b, "essaim_build_info", "gauge", "Always 1; what runs.");
    buf_str(&b, "essaim_build_info{version=\"" VERSION "\"} 1\n");
    one(&b, "essaim_ceilings_total", "counter",
        "Requests, writes and tasks ended by their ceiling of memory.",
        (double)arena_ceilings());
    lanes(&b, load, db);
    database(&b, m, db);
    work(&b, m);
    sign_ins(&b, m);
    process(&b);
    requests(&b, m);
    return buf_done(&b);
}

enum status meter_look(struct app *app, struct conn *c)
{
    static const struct sql looks[] = {
        [G_TASKS_DUE] = SQL_CONST(
            "SELECT count(*) FROM core_task WHERE done IS NULL"
            " AND due <= :now AND lease <= :now AND attempts < :tries"),
        [G_TASKS_RUNNING] =
            SQL_CONST("SELECT count(*) FROM core_task WHERE done IS NULL"
                      " AND lease > :now AND attempts <= :tries"),
        [G_TASKS_FAILED] =
            SQL_CONST("SELECT count(*) FROM core_task t WHERE " TASK_GIVEN_UP),
        [G_SEALED] =
            SQL_CONST("SELECT coalesce(max(seq) + 1, 0) FROM core_leaf"),
        [G_UNSEALED] =
            SQL_CONST("SELECT count(*) FROM core_journal WHERE id > coalesce("
                      "(SELECT max(line) FROM core_leaf), 0)"),
        [G_UNSEALED_SECONDS] =
            SQL_CONST("SELECT coalesce(:now - min(at), 0) FROM core_journal"
                      " WHERE id > coalesce((SELECT max(line) FROM core_leaf),"
                      " 0)"),
    };
    const int64_t now = time_now();
    for (size_t i = 0; i < COUNT(looks); i++) {
        struct arg args[3] = {{0}};
        size_t n = 0;
        int64_t value;
        if (strstr(looks[i].text, ":now"))
            args[n++] = arg_int("now", now);
        if (strstr(looks[i].text, ":tries"))
            args[n++] = arg_int("tries", TASK_TRIES);
        TRY(db_int(c, looks[i], args, &value));
        app->meter->gauges[i] = value;
    }
    int64_t wal;
    TRY(db_wal_bytes(c, &wal));
    app->meter->gauges[G_WAL] = wal;
    return OK;
}
