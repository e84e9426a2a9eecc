/* Listening sockets, and what an address is called. */
#include "http/server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int socket_open(const struct addrinfo *info)
{
    const int fd =
        socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1, off = 0;
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 &&
        listen(fd, SOMAXCONN) == 0)
        return fd;
    const int why = errno;
    close(fd);
    errno = why;
    return -1;
}

int http_listen(struct arena *a, const char *where, const char **why)
{
    const char *colon = strrchr(where, ':');
    if (!colon || !colon[1]) {
        *why = arena_printf(a, "%s: not an address like 127.0.0.1:8080", where);
        return -1;
    }
    struct str host = {where, (size_t)(colon - where)};
    if (host.n > 1 && *host.p == '[' && host.p[host.n - 1] == ']')
        host = (struct str){host.p + 1, host.n - 2};
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
    };
    struct addrinfo *found;
    const int error = getaddrinfo(host.n ? str_dup(a, host) : NULL, colon + 1,
                                  &hints, &found);
    if (error) {
        *why = arena_printf(a, "%s: %s", where, gai_strerror(error));
        return -1;
    }
    const int fd = socket_open(found);
    if (fd < 0)
        *why = arena_printf(a, "%s: %s", where, strerror(errno));
    freeaddrinfo(found);
    return fd;
}

int http_port(int socket)
{
    struct sockaddr_storage s = {0};
    socklen_t n = sizeof(s);
    if (getsockname(socket, (struct sockaddr *)&s, &n) != 0)
        return -1;
    if (s.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&s)->sin_port);
    if (s.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&s)->sin6_port);
    return -1;
}
