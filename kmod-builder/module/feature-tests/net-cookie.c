// SPDX-License-Identifier: GPL-2.0
/*
 * Linux 5.12, 3d368ab87cf6 ("net: initialize net->net_cookie at netns setup"): the cookie of a
 * network namespace is a plain number, set when the namespace is made. Before, it is drawn on
 * demand.
 */
#include <net/net_namespace.h>

u64 net_cookie(const struct net *net);
u64 net_cookie(const struct net *net)
{
	return net->net_cookie;
}
