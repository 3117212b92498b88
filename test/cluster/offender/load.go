package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// tally counts what happened, by words.
type tally struct {
	mutex  sync.Mutex
	counts map[string]int
}

func (t *tally) add(what string, n int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.counts == nil {
		t.counts = map[string]int{}
	}
	t.counts[what] += n
}

// report prints the counts once a second, which also shows that the process runs.
func (t *tally) report() {
	for range time.Tick(time.Second) {
		t.mutex.Lock()
		fmt.Println(time.Now().Unix(), t.counts)
		t.mutex.Unlock()
	}
}

// offend runs n endless loops of full lists, and n watches on all pods.
func offend(a *api, n int) {
	var seen tally
	lists := []string{"/api/v1/pods", "/api/v1/nodes", "/api/v1/pods?resourceVersion=0", "/api/v1/configmaps"}
	for i := range n {
		go func() {
			client := a.client(i%2 == 0)
			for turn := 0; ; turn++ {
				status, err := a.ask(client, time.Minute, "GET", lists[turn%len(lists)], nil, nil)
				seen.add(word(status, err), 1)
				if status != http.StatusOK || err != nil {
					time.Sleep(200 * time.Millisecond)
				}
			}
		}()
		go func() {
			client := a.client(false)
			for {
				_, _ = a.ask(client, 0, "GET", "/api/v1/pods?watch=1", nil, nil)
				time.Sleep(time.Second)
			}
		}()
	}
	seen.report()
}

// watch holds n watches on connections of their own, and opens each again a second after it ended.
func watch(a *api, n int, path string) {
	var seen tally
	for range n {
		go func() {
			client := a.client(false)
			for {
				open := 0
				status, err := a.ask(client, 0, "GET", path, nil, func() { open = 1; seen.add("open", 1) })
				seen.add("open", -open)
				seen.add(word(status, err), 1)
				time.Sleep(time.Second)
			}
		}()
	}
	seen.report()
}

func word(status int, err error) string {
	if err == nil {
		return fmt.Sprint(status)
	}
	words := strings.Split(err.Error(), ": ")
	return strings.ReplaceAll(words[len(words)-1], " ", "-")
}

// pad creates pods with a large annotation that no scheduler takes; those that exist already count as created.
func pad(a *api, o options) error {
	if _, err := a.ask(a.client(true), time.Minute, "POST", "/api/v1/namespaces",
		[]byte(`{"metadata":{"name":"`+o.namespace+`"}}`), nil); err != nil {
		return err
	}
	numbers := make(chan int)
	var work sync.WaitGroup
	var failed tally
	for range 8 {
		work.Add(1)
		go func() {
			defer work.Done()
			client := a.client(true)
			for number := range numbers {
				if !padding(a, client, o, number) {
					failed.add("pods", 1)
				}
			}
		}()
	}
	for number := range o.count {
		numbers <- number
	}
	close(numbers)
	work.Wait()
	if n := failed.counts["pods"]; n > 0 {
		return fmt.Errorf("%d of %d pods could not be created", n, o.count)
	}
	return nil
}

func padding(a *api, client *http.Client, o options, number int) bool {
	body := fmt.Appendf(nil, `{"metadata":{"name":"padding-%05d","annotations":{"padding":"%s"}},
		"spec":{"schedulerName":"nobody","automountServiceAccountToken":false,
		"containers":[{"name":"padding","image":"padding.example/none:1"}]}}`, number, strings.Repeat("0", o.size))
	for range 20 {
		status, err := a.ask(client, time.Minute, "POST", "/api/v1/namespaces/"+o.namespace+"/pods", body, nil)
		if err == nil && (status == http.StatusCreated || status == http.StatusConflict) {
			return true
		}
		time.Sleep(300 * time.Millisecond)
	}
	return false
}
