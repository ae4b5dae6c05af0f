/* The least that a server can do, as a limit for the others: it parses nothing, checks nothing, and
 * answers each empty line with the same bytes.
 *
 *     bare iterative PORT    one client after the other, a connection a request
 *     bare fork PORT         a process for each connection
 *     bare epoll PORT        one thread for all, persistent connections, pipelining
 *     bare cost MEGABYTES    no server: what a fork costs a process of that size, in microseconds
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIELDS "Content-Type: text/plain\r\nContent-Length: 14\r\n"
static const char CLOSING[] = "HTTP/1.1 200 OK\r\n" FIELDS "Connection: close\r\n\r\nHello, world!\n";
static const char STAYING[] = "HTTP/1.1 200 OK\r\n" FIELDS "\r\nHello, world!\n";

static int listen_on(int port)
{
    int listening = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listening, (struct sockaddr *)&here, sizeof here) || listen(listening, 1024)) {
        perror("bare");
        exit(1);
    }
    return listening;
}

static void answer_one(int connection)
{
    char request[8192];
    if (read(connection, request, sizeof request) > 0)
        write(connection, CLOSING, sizeof CLOSING - 1);
    close(connection);
}

static void iterative(int listening)
{
    for (;;) {
        int connection = accept(listening, NULL, NULL);
        if (connection >= 0)
            answer_one(connection);
    }
}

static void reap(int number)
{
    int kept = errno;
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = kept;
}

static void forking(int listening)
{
    signal(SIGCHLD, reap);
    for (;;) {
        int connection = accept(listening, NULL, NULL);
        if (connection < 0)
            continue;
        if (fork() == 0) {
            close(listening);
            answer_one(connection);
            _exit(0);
        }
        close(connection);
    }
}

/* As many answers as there are empty lines in what came. A head that comes in parts is beyond it. */
static void answer_all(int connection)
{
    static char request[65536], answers[65536 * 4];
    ssize_t length = read(connection, request, sizeof request);
    size_t out = 0;
    if (length <= 0) {
        close(connection);
        return;
    }
    for (char *at = request, *end = request + length; at < end; at += 4) {
        at = memmem(at, end - at, "\r\n\r\n", 4);
        if (!at)
            break;
        memcpy(answers + out, STAYING, sizeof STAYING - 1);
        out += sizeof STAYING - 1;
    }
    write(connection, answers, out);
}

static void event_loop(int listening)
{
    int epoll = epoll_create1(0), yes = 1;
    struct epoll_event ready[256], wanted = {.events = EPOLLIN, .data.fd = listening};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listening, &wanted);
    for (;;) {
        int count = epoll_wait(epoll, ready, 256, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.fd != listening) {
                answer_all(ready[i].data.fd);
                continue;
            }
            wanted.data.fd = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
            if (wanted.data.fd >= 0) {
                setsockopt(wanted.data.fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                epoll_ctl(epoll, EPOLL_CTL_ADD, wanted.data.fd, &wanted);
            }
        }
    }
}

static int by_size(const void *one, const void *other)
{
    double difference = *(const double *)one - *(const double *)other;
    return (difference > 0) - (difference < 0);
}

/* Fork, the child's end, the wait for it: the median of many. The memory is touched, so it is there. */
static void cost(size_t megabytes)
{
    enum { FORKS = 301 };
    static double microseconds[FORKS];
    char *ballast = malloc((megabytes << 20) + 1);
    memset(ballast, 1, (megabytes << 20) + 1);
    for (int i = 0; i < FORKS; i++) {
        struct timespec begun, done;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        pid_t child = fork();
        if (child == 0)
            _exit(ballast[0] - 1);
        waitpid(child, NULL, 0);
        clock_gettime(CLOCK_MONOTONIC, &done);
        microseconds[i] = (done.tv_sec - begun.tv_sec) * 1e6 + (done.tv_nsec - begun.tv_nsec) / 1e3;
    }
    qsort(microseconds, FORKS, sizeof *microseconds, by_size);
    printf("%f\n", microseconds[FORKS / 2]);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fputs("bare: expected iterative, fork or epoll, and a port\n", stderr);
        return 2;
    }
    if (!strcmp(arguments[1], "cost")) {
        cost(atoi(arguments[2]));
        return 0;
    }
    int listening = listen_on(atoi(arguments[2]));
    signal(SIGPIPE, SIG_IGN);
    if (!strcmp(arguments[1], "iterative"))
        iterative(listening);
    else if (!strcmp(arguments[1], "fork"))
        forking(listening);
    else
        event_loop(listening);
}
