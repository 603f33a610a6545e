/* A namespace's cookie is a plain number, there from the beginning: 5.12. Before, it is drawn on demand. */
#include <net/net_namespace.h>

u64 net_cookie(const struct net *net);
u64 net_cookie(const struct net *net)
{
	return net->net_cookie;
}
