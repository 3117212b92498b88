// Command telemetryd is the load of the cluster tier: clients of an API server, on Go's standard library alone.
//
//	telemetryd [flags]        offend: list and watch everything in endless loops, from a pod or with a kubeconfig
//	telemetryd watch [flags]  hold long watches; print how many are open and what ended the others
//	telemetryd pad [flags]    create pods that no scheduler takes, so that a list is expensive
//	telemetryd serve [flags]  answer HTTP, as the pod of a service does
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
)

type options struct {
	kubeconfig, server, health, path, namespace string
	count, size                                 int
}

func main() {
	log.SetFlags(0)
	command, args := "offend", os.Args[1:]
	if len(args) > 0 && args[0][0] != '-' {
		command, args = args[0], args[1:]
	}
	var o options
	flags := flag.NewFlagSet(command, flag.ExitOnError)
	flags.StringVar(&o.kubeconfig, "kubeconfig", "", "written by kubeadm (default: the pod's service account)")
	flags.StringVar(&o.server, "server", "", "https://HOST:PORT (default: the kubeconfig's, or the pod's environment)")
	flags.StringVar(&o.health, "health", "", "answer health checks at this address")
	flags.StringVar(&o.path, "path", "/api/v1/namespaces/kube-system", "watch: what to watch")
	flags.StringVar(&o.namespace, "namespace", "padding", "pad: where the pods go")
	flags.IntVar(&o.count, "n", 1, "loops, watches or pods")
	flags.IntVar(&o.size, "size", 8192, "pad: bytes of annotation of each pod")
	_ = flags.Parse(args)
	if command == "serve" {
		log.Fatal(answer(o.health))
	}
	if o.health != "" {
		go func() { log.Fatal(answer(o.health)) }()
	}
	api, err := connect(o.kubeconfig, o.server)
	if err != nil {
		log.Fatal(err)
	}
	switch command {
	case "offend":
		offend(api, o.count)
	case "watch":
		watch(api, o.count, o.path)
	case "pad":
		err = pad(api, o)
	default:
		err = fmt.Errorf("unknown command %q", command)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func answer(address string) error {
	return http.ListenAndServe(address, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "ok")
	}))
}
