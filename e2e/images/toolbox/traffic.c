// SPDX-License-Identifier: Apache-2.0
/*
 * traffic: makes network traffic of exactly known amounts, for tests. Addresses are numeric, IPv4
 * or IPv6.
 *
 *   traffic udp-send HOST PORT COUNT [--rate N] [--size N]
 *                                       sends COUNT datagrams of N bytes (16 if not given), at most
 *                                       N per second
 *   traffic udp-sink PORT               receives on both families; at SIGTERM or SIGINT prints how
 *                                       many
 *   traffic udp-loopback COUNT [PORT]   sends COUNT datagrams to itself, prints how many arrived
 *   traffic tcp-echo PORT               sends back what it gets, for any number of connections
 *   traffic tcp-send HOST PORT BYTES    sends BYTES to tcp-echo, prints how many came back
 *   traffic tcp-connect HOST PORT COUNT tries COUNT connections, prints how many were refused
 *   traffic udp-unread COUNT PORT       sends COUNT datagrams to itself before it reads one, prints
 *                                       how many are lost
 *   traffic tcp-close COUNT PORT        makes COUNT connections to itself, and ends them in all
 *                                       orderly ways in turn
 *   traffic tcp-stall BYTES PORT        sends BYTES to itself, and does not read for two seconds
 *                                       when the buffers are full; prints how many were read
 *   traffic tcp-overflow COUNT PORT     asks a listener with a full accept queue COUNT times for a
 *                                       connection, prints how many it did not get
 *
 * Exit status 0 when everything was sent (and came back), 1 when not, 2 for wrong arguments.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 10000 }; /* how long an answer may take */

struct peer {
	struct sockaddr_storage address;
	socklen_t length;
};

static volatile sig_atomic_t ending;

static void end(int signal)
{
	(void)signal;
	ending = 1;
}

static void fail(const char *what)
{
	fprintf(stderr, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fputs("usage: traffic udp-send HOST PORT COUNT [--rate N] [--size N]\n"
	      "       traffic udp-sink PORT\n"
	      "       traffic udp-loopback COUNT [PORT]\n"
	      "       traffic tcp-echo PORT\n"
	      "       traffic tcp-send HOST PORT BYTES\n"
	      "       traffic tcp-connect HOST PORT COUNT\n"
	      "       traffic udp-unread COUNT PORT\n"
	      "       traffic tcp-close COUNT PORT\n"
	      "       traffic tcp-stall BYTES PORT\n"
	      "       traffic tcp-overflow COUNT PORT\n",
	      stderr);
	exit(2);
}

static long number(const char *text, long least, long most)
{
	char *rest;
	long value;

	errno = 0;
	value = strtol(text, &rest, 10);
	if (errno || rest == text || *rest || value < least || value > most) {
		fprintf(stderr, "traffic: '%s' is not a number from %ld to %ld\n", text, least,
			most);
		exit(2);
	}
	return value;
}

static struct peer peer_of(const char *host, const char *port)
{
	struct peer peer = { .length = sizeof(struct sockaddr_in) };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&peer.address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&peer.address;
	in_port_t port_ = htons((in_port_t)number(port, 1, 65535));

	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = port_;
	} else if (inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = port_;
		peer.length = sizeof(*v6);
	} else {
		fprintf(stderr, "traffic: '%s' is no IPv4 or IPv6 address\n", host);
		exit(2);
	}
	return peer;
}

static int open_socket(int family, int type)
{
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket");
	return fd;
}

/* A socket on PORT for both families. */
static int listen_on(int type, const char *port)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6,
				    .sin6_port = htons((in_port_t)number(port, 1, 65535)) };
	int fd = open_socket(AF_INET6, type), off = 0, on = 1;

	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&any, sizeof(any)))
		fail("bind");
	if (type == SOCK_STREAM && listen(fd, 64))
		fail("listen");
	return fd;
}

/*
 * Hands one datagram to the kernel, and comes back only when the kernel has taken it. An error that
 * an earlier datagram caused (ICMP) is reported instead of sending, so it is tried again; so is a
 * full queue. EPERM means that a packet filter on the way out took the packet and dropped it: it
 * was sent.
 */
static void send_one(int fd, const struct peer *peer, const char *data, size_t size)
{
	const struct sockaddr *to = (const struct sockaddr *)&peer->address;

	while (sendto(fd, data, size, 0, to, peer->length) < 0) {
		switch (errno) {
		case EPERM:
			return;
		case EAGAIN:
		case EINTR:
		case ENOBUFS:
		case ECONNREFUSED:
		case EHOSTUNREACH:
		case ENETUNREACH:
		case EPROTO:
			break;
		default:
			fail("send");
		}
		if (errno != ECONNREFUSED) {
			static long tries;

			/* No route will not become better: don't wait forever. */
			if (++tries > 1000)
				fail("send");
			poll(NULL, 0, 5);
		}
	}
}

static int udp_send(int argc, char **argv)
{
	static char data[65000];
	struct timespec pause = { 0 };
	struct peer peer;
	size_t size = 16;
	long count;
	int fd;

	if (argc < 3)
		usage();
	peer = peer_of(argv[0], argv[1]);
	count = number(argv[2], 0, 1000000000);
	for (argc -= 3, argv += 3; argc >= 2; argc -= 2, argv += 2) {
		if (!strcmp(argv[0], "--rate")) {
			long rate = number(argv[1], 1, 1000000);

			pause.tv_sec = rate == 1;
			pause.tv_nsec = rate == 1 ? 0 : 1000000000 / rate;
		} else if (!strcmp(argv[0], "--size")) {
			size = (size_t)number(argv[1], 0, sizeof(data));
		} else {
			usage();
		}
	}
	if (argc)
		usage();

	fd = open_socket(peer.address.ss_family, SOCK_DGRAM);
	for (long i = 0; i < count; i++) {
		send_one(fd, &peer, data, size);
		if (pause.tv_sec || pause.tv_nsec)
			nanosleep(&pause, NULL);
	}
	return 0;
}

static int udp_sink(int argc, char **argv)
{
	struct sigaction on_end = { .sa_handler = end };
	char data[65536];
	long received = 0;
	int fd, most = 8 << 20;

	if (argc != 1)
		usage();
	fd = listen_on(SOCK_DGRAM, argv[0]);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &most, sizeof(most));
	sigaction(SIGTERM, &on_end, NULL);
	sigaction(SIGINT, &on_end, NULL);
	/* The time-out closes the gap between the look at `ending` and the wait. */
	for (struct pollfd wait = { .fd = fd, .events = POLLIN }; !ending;)
		if (poll(&wait, 1, 200) > 0 && recv(fd, data, sizeof(data), 0) >= 0)
			received++;
	while (recv(fd, data, sizeof(data), MSG_DONTWAIT) >= 0)
		received++;
	printf("%ld\n", received);
	return 0;
}

/* One after the other, so that no queue can overflow. */
static int udp_loopback(int argc, char **argv)
{
	struct peer peer = { .length = sizeof(peer.address) };
	struct sockaddr_in *own = (struct sockaddr_in *)&peer.address;
	long count, arrived = 0;
	char data[16] = "";
	int fd;

	if (argc < 1 || argc > 2)
		usage();
	count = number(argv[0], 0, 1000000000);
	own->sin_family = AF_INET;
	own->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	own->sin_port = argc == 2 ? htons((in_port_t)number(argv[1], 1, 65535)) : 0;
	fd = open_socket(AF_INET, SOCK_DGRAM);
	if (bind(fd, (struct sockaddr *)own, sizeof(*own)))
		fail("bind");
	if (getsockname(fd, (struct sockaddr *)&peer.address, &peer.length))
		fail("getsockname");
	for (long i = 0; i < count; i++) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };

		send_one(fd, &peer, data, sizeof(data));
		if (poll(&wait, 1, PATIENCE_MS) == 1 &&
		    recv(fd, data, sizeof(data), 0) == (ssize_t)sizeof(data))
			arrived++;
	}
	printf("%ld\n", arrived);
	return arrived != count;
}

static void echo(int fd)
{
	char data[16384];
	ssize_t got;

	while ((got = recv(fd, data, sizeof(data), 0)) > 0)
		for (ssize_t sent = 0, now; sent < got; sent += now)
			if ((now = send(fd, data + sent, (size_t)(got - sent), MSG_NOSIGNAL)) <= 0)
				return;
}

static int tcp_echo(int argc, char **argv)
{
	int fd, connection;

	if (argc != 1)
		usage();
	fd = listen_on(SOCK_STREAM, argv[0]);
	signal(SIGCHLD, SIG_IGN); /* no corpses */
	for (;;) {
		connection = accept(fd, NULL, NULL);
		if (connection < 0)
			continue;
		if (fork() == 0) {
			close(fd);
			echo(connection);
			_exit(0);
		}
		close(connection);
	}
}

/*
 * Never more on the way than fits into the buffers of both ends, or both would wait for each other.
 */
static int tcp_send(int argc, char **argv)
{
	static char data[16384];
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };
	struct peer peer;
	long bytes, back = 0;
	int fd;

	if (argc != 3)
		usage();
	peer = peer_of(argv[0], argv[1]);
	bytes = number(argv[2], 0, 1000000000);
	fd = open_socket(peer.address.ss_family, SOCK_STREAM);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (struct sockaddr *)&peer.address, peer.length))
		fail("connect");
	while (back < bytes) {
		size_t left = (size_t)(bytes - back);
		size_t part = left < sizeof(data) ? left : sizeof(data);
		ssize_t sent = send(fd, data, part, MSG_NOSIGNAL), got;

		if (sent <= 0)
			fail("send");
		for (; sent > 0; sent -= got, back += got)
			if ((got = recv(fd, data, (size_t)sent, 0)) <= 0)
				fail("receive");
	}
	printf("%ld\n", back);
	return 0;
}

static int tcp_connect(int argc, char **argv)
{
	struct peer peer;
	long count, refused = 0;

	if (argc != 3)
		usage();
	peer = peer_of(argv[0], argv[1]);
	count = number(argv[2], 0, 1000000000);
	for (long i = 0; i < count; i++) {
		int fd = open_socket(peer.address.ss_family, SOCK_STREAM);

		if (connect(fd, (struct sockaddr *)&peer.address, peer.length) &&
		    errno == ECONNREFUSED)
			refused++;
		close(fd);
	}
	printf("%ld\n", refused);
	return 0;
}

static int udp_unread(int argc, char **argv)
{
	struct peer peer;
	int in, out, least = 1;
	long count, read = 0;
	char data[16] = "";

	if (argc != 2)
		usage();
	count = number(argv[0], 0, 1000000000);
	peer = peer_of("127.0.0.1", argv[1]);
	in = listen_on(SOCK_DGRAM, argv[1]);
	setsockopt(in, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	out = open_socket(AF_INET, SOCK_DGRAM);
	for (long i = 0; i < count; i++)
		send_one(out, &peer, data, sizeof(data));
	poll(NULL, 0, 200); /* until the last one has arrived */
	while (recv(in, data, sizeof(data), MSG_DONTWAIT) >= 0)
		read++;
	printf("%ld\n", count - read);
	return 0;
}

/* A connection to oneself. */
struct pair {
	int client;
	int server;
};

static struct pair connect_to(int listener, const char *port)
{
	struct peer peer = peer_of("127.0.0.1", port);
	struct pair pair = { .client = open_socket(AF_INET, SOCK_STREAM) };

	if (connect(pair.client, (struct sockaddr *)&peer.address, peer.length))
		fail("connect");
	pair.server = accept(listener, NULL, NULL);
	if (pair.server < 0)
		fail("accept");
	return pair;
}

static void pass_byte(int from, int to)
{
	char byte = 'x';

	if (send(from, &byte, 1, MSG_NOSIGNAL) != 1 || recv(to, &byte, 1, 0) != 1)
		fail("pass a byte");
}

static void expect_end(int fd)
{
	char byte;

	if (recv(fd, &byte, 1, 0) != 0)
		fail("wait for the end");
}

/* The second end closes when it has seen that the first one has, except after a reset. */
static void close_pair(struct pair pair, long way)
{
	struct linger reset = { .l_onoff = 1 };

	switch (way) {
	case 0: /* the client first */
		close(pair.client);
		expect_end(pair.server);
		close(pair.server);
		break;
	case 1: /* the server first */
		close(pair.server);
		expect_end(pair.client);
		close(pair.client);
		break;
	case 2: /* half-closed, with an answer */
		shutdown(pair.client, SHUT_WR);
		expect_end(pair.server);
		pass_byte(pair.server, pair.client);
		close(pair.server);
		expect_end(pair.client);
		close(pair.client);
		break;
	case 3: /* with unread data */
		if (send(pair.client, "unread", 6, MSG_NOSIGNAL) != 6)
			fail("send");
		close(pair.server);
		close(pair.client);
		break;
	default: /* a reset */
		setsockopt(pair.client, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(pair.client);
		close(pair.server);
	}
}

static int tcp_close(int argc, char **argv)
{
	int listener;
	long count;

	if (argc != 2)
		usage();
	count = number(argv[0], 0, 1000000000);
	listener = listen_on(SOCK_STREAM, argv[1]);
	for (long i = 0; i < count; i++) {
		struct pair pair = connect_to(listener, argv[1]);

		pass_byte(pair.client, pair.server);
		close_pair(pair, i % 5);
	}
	return 0;
}

static int tcp_stall(int argc, char **argv)
{
	static char data[16384];
	long bytes, sent = 0, got = 0;
	struct pair pair;
	int stalled = 0;

	if (argc != 2)
		usage();
	bytes = number(argv[0], 0, 1000000000);
	pair = connect_to(listen_on(SOCK_STREAM, argv[1]), argv[1]);
	while (got < bytes) {
		size_t left = (size_t)(bytes - sent);
		ssize_t now = send(pair.client, data, left < sizeof(data) ? left : sizeof(data),
				   MSG_NOSIGNAL | MSG_DONTWAIT);

		if (now > 0) {
			sent += now;
			continue;
		}
		if (now < 0 && !stalled) {
			stalled = 1;
			poll(NULL, 0, 2000);
		}
		if ((now = recv(pair.server, data, sizeof(data), 0)) <= 0)
			fail("receive");
		got += now;
	}
	close_pair(pair, 0);
	if (!stalled) {
		fputs("traffic: so few bytes fit into the buffers\n", stderr);
		return 1;
	}
	printf("%ld\n", got);
	return 0;
}

/* Each request is one SYN: the next one would follow after a second. */
static int tcp_overflow(int argc, char **argv)
{
	int listener, clients[200], lost = 0;
	struct peer peer;
	long count;

	if (argc != 2)
		usage();
	count = number(argv[0], 0, sizeof(clients) / sizeof(*clients));
	listener = listen_on(SOCK_STREAM, argv[1]);
	peer = peer_of("127.0.0.1", argv[1]);
	if (listen(listener, 0) || connect(open_socket(AF_INET, SOCK_STREAM),
					   (struct sockaddr *)&peer.address, peer.length))
		fail("fill the accept queue");
	for (long i = 0; i < count; i++) {
		clients[i] = open_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK);
		if (!connect(clients[i], (struct sockaddr *)&peer.address, peer.length) ||
		    errno != EINPROGRESS)
			fail("connect");
	}
	poll(NULL, 0, 100);
	for (long i = 0; i < count; i++) {
		struct pollfd answered = { .fd = clients[i], .events = POLLOUT };

		lost += poll(&answered, 1, 0) == 0;
		close(clients[i]);
	}
	printf("%d\n", lost);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "udp-send", udp_send },	  { "udp-sink", udp_sink },
		{ "udp-loopback", udp_loopback }, { "tcp-echo", tcp_echo },
		{ "tcp-send", tcp_send },	  { "tcp-connect", tcp_connect },
		{ "udp-unread", udp_unread },	  { "tcp-close", tcp_close },
		{ "tcp-stall", tcp_stall },	  { "tcp-overflow", tcp_overflow },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(*commands); i++)
		if (!strcmp(argv[1], commands[i].name))
			return commands[i].run(argc - 2, argv + 2);
	usage();
}
