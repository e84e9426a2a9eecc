/* Handing a mail to the SMTP server, by libcurl. */
#include "core/mail.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <strings.h>

enum { CONNECT_MS = 10000, ALL_MS = 60000, ANSWER = 300 };

struct sending {
    struct str left; /* of the letter */
    bool began;      /* the server asked for it */
    const atomic_bool *ending;
    char answer[ANSWER + 1]; /* the last complaint of the server */
};

static size_t give(char *to, size_t size, size_t n, void *data)
{
    struct sending *s = data;
    const size_t most = size * n < s->left.n ? size * n : s->left.n;
    s->began = true;
    memcpy(to, s->left.p, most);
    s->left.p += most;
    s->left.n -= most;
    return most;
}

static size_t hear(char *from, size_t size, size_t n, void *data)
{
    struct sending *s = data;
    struct str line = str_trim((struct str){from, size * n});
    if (!line.n || *line.p < '4' || *line.p > '5') /* no complaint */
        return size * n;
    if (line.n > ANSWER)
        line.n = ANSWER;
    memcpy(s->answer, line.p, line.n);
    s->answer[line.n] = 0;
    return size * n;
}

static int look(void *data, curl_off_t a, curl_off_t b, curl_off_t c,
                curl_off_t d)
{
    const struct sending *s = data;
    (void)a, (void)b, (void)c, (void)d;
    return s->ending && *s->ending;
}

static bool is_near_host(const char *host)
{
    struct in_addr v4;
    return strcasecmp(host, "localhost") == 0 || same(host, "[::1]") ||
           (inet_pton(AF_INET, host, &v4) == 1 &&
            strncmp(host, "127.", 4) == 0);
}

bool smtp_is_near(const char *url)
{
    char *host = NULL;
    CURLU *parts = curl_url();
    CHECK(parts);
    const bool near =
        curl_url_set(parts, CURLUPART_URL, url, CURLU_GUESS_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        is_near_host(host);
    curl_free(host);
    curl_url_cleanup(parts);
    return near;
}

/* A password goes to another machine over TLS alone; what needs none takes the
 * TLS that is offered. */
static void set_up(CURL *curl, const struct smtp *smtp, struct sending *s)
{
    curl_easy_setopt(curl, CURLOPT_URL, smtp->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_USE_SSL,
                     *smtp->user && !smtp_is_near(smtp->url)
                         ? (long)CURLUSESSL_ALL
                         : (long)CURLUSESSL_TRY);
    if (*smtp->user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, smtp->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, smtp->password);
    }
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)ALL_MS);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, s);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, s);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, s);
}

/* A 5xx to this sender, this address or this text is for good. One to the
 * connection or to our password is about the settings: it is tried again. */
static enum mail_verdict verdict_of(CURL *curl, CURLcode code,
                                    const struct sending *s)
{
    long said = 0;
    if (code == CURLE_OK)
        return MAIL_SENT;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &said);
    const bool about_it = code == CURLE_SEND_ERROR ||
                          (code == CURLE_WEIRD_SERVER_REPLY && s->began);
    return about_it && said >= 500 && said < 600 ? MAIL_NEVER : MAIL_LATER;
}

enum mail_verdict smtp_send(struct arena *a, const struct smtp *smtp,
                            const struct letter *l, const char **answer)
{
    struct sending s = {.left = letter_text(a, l), .ending = smtp->ending};
    CURL *curl = curl_easy_init();
    CHECK(curl);
    set_up(curl, smtp, &s);
    const struct str from = mail_address_of(str_of(l->from));
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM,
                     arena_printf(a, "<%.*s>", (int)from.n, from.p));
    struct curl_slist *to =
        curl_slist_append(NULL, arena_printf(a, "<%s>", l->to));
    CHECK(to);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
    const CURLcode code = curl_easy_perform(curl);
    const enum mail_verdict v = verdict_of(curl, code, &s);
    *answer =
        str_dup(a, str_of(*s.answer ? s.answer : curl_easy_strerror(code)));
    curl_slist_free_all(to);
    curl_easy_cleanup(curl);
    return v;
}

bool smtp_settings(const struct app *app, struct arena *a, struct smtp *out,
                   const char **why)
{
    const struct conf *conf = &app->conf;
    const char *file = conf_get(conf, "smtp_password_file");
    struct str password = STR("");
    *out = (struct smtp){.url = conf_get(conf, "smtp"),
                         .user = conf_get(conf, "smtp_user"),
                         .ending = &app->ending};
    if (*file && !conf_file(a, file, &password, why))
        return false;
    out->password = str_dup(a, str_trim(password));
    return true;
}
