// podnet stands in for kindnetd, which is no part of kind's Go module: it writes the node's CNI configuration and keeps a route
// to every other node's pods. It asks for the nodes every 30 seconds, and every second until it has got them once.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/vishvananda/netlink"
)

const (
	account  = "/var/run/secrets/kubernetes.io/serviceaccount/"
	confFile = "/etc/cni/net.d/10-podnet.conflist"

	conf = `{"cniVersion": "0.4.0", "name": "podnet", "plugins": [
  {"type": "ptp", "ipMasq": false, "mtu": 1500, "ipam": {"type": "host-local", "dataDir": "/run/cni-ipam-state",
    "ranges": [[{"subnet": %q}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
`
)

// node is what matters here of a Node.
type node struct {
	Spec   struct{ PodCIDR string }
	Status struct {
		Addresses []struct{ Type, Address string }
	}
}

// internalIP is empty as long as the kubelet has not reported it.
func (n node) internalIP() string {
	for _, a := range n.Status.Addresses {
		if a.Type == "InternalIP" {
			return a.Address
		}
	}
	return ""
}

func main() {
	client, err := newClient()
	if err != nil {
		log.Fatal(err)
	}
	for wait := time.Second; ; time.Sleep(wait) {
		nodes, err := listNodes(client)
		if err == nil {
			err = apply(nodes, os.Getenv("HOST_IP"))
		}
		if err != nil {
			log.Print(err)
			wait = time.Second
		} else {
			wait = min(2*wait, 30*time.Second)
		}
	}
}

func newClient() (*http.Client, error) {
	ca, err := os.ReadFile(account + "ca.crt")
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}, nil
}

func listNodes(client *http.Client) ([]node, error) {
	token, err := os.ReadFile(account + "token")
	if err != nil {
		return nil, err
	}
	server := net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
	req, err := http.NewRequest(http.MethodGet, "https://"+server+"/api/v1/nodes", nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("list nodes: %s", resp.Status)
	}
	var list struct{ Items []node }
	err = json.NewDecoder(resp.Body).Decode(&list)
	return list.Items, err
}

// apply writes the CNI configuration of the node with the address self, and the routes to the others.
func apply(nodes []node, self string) error {
	for _, n := range nodes {
		ip := n.internalIP()
		if ip == "" || n.Spec.PodCIDR == "" {
			continue
		}
		if ip == self {
			if err := writeConf(n.Spec.PodCIDR); err != nil {
				return err
			}
			continue
		}
		_, pods, err := net.ParseCIDR(n.Spec.PodCIDR)
		if err != nil {
			return err
		}
		if err := netlink.RouteReplace(&netlink.Route{Dst: pods, Gw: net.ParseIP(ip)}); err != nil {
			return fmt.Errorf("route to %s by %s: %w", pods, ip, err)
		}
	}
	return nil
}

// writeConf replaces the file in one step: containerd watches the folder.
func writeConf(cidr string) error {
	want := fmt.Sprintf(conf, cidr)
	if have, err := os.ReadFile(confFile); err == nil && string(have) == want {
		return nil
	}
	if err := os.WriteFile(confFile+".tmp", []byte(want), 0o644); err != nil {
		return err
	}
	log.Printf("pods of this node: %s", cidr)
	return os.Rename(confFile+".tmp", confFile)
}
