package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"time"
)

const account = "/var/run/secrets/kubernetes.io/serviceaccount/"

type api struct {
	server, token string
	tls           *tls.Config
}

// connect reads a kubeconfig by its known lines, as kubeadm writes them; without one, the service account of a pod.
func connect(kubeconfig, server string) (*api, error) {
	a := &api{server: server, tls: &tls.Config{ServerName: "kubernetes", RootCAs: x509.NewCertPool()}}
	if kubeconfig == "" {
		token, err := os.ReadFile(account + "token")
		if err != nil {
			return nil, err
		}
		ca, err := os.ReadFile(account + "ca.crt")
		if err != nil {
			return nil, err
		}
		a.token = string(token)
		a.tls.RootCAs.AppendCertsFromPEM(ca)
		if server == "" {
			a.server = "https://" + net.JoinHostPort(os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT"))
		}
		return a, nil
	}
	text, err := os.ReadFile(kubeconfig)
	if err != nil {
		return nil, err
	}
	line := func(key string) string {
		found := regexp.MustCompile(`(?m)^\s*` + key + `:\s*(\S+)\s*$`).FindSubmatch(text)
		if found == nil {
			return ""
		}
		return string(found[1])
	}
	if server == "" {
		a.server = line("server")
	}
	a.token = line("token")
	a.tls.RootCAs.AppendCertsFromPEM(decode(line("certificate-authority-data")))
	if cert := decode(line("client-certificate-data")); len(cert) > 0 {
		pair, err := tls.X509KeyPair(cert, decode(line("client-key-data")))
		if err != nil {
			return nil, err
		}
		a.tls.Certificates = []tls.Certificate{pair}
	}
	if a.server == "" {
		return nil, errors.New("no server in " + kubeconfig)
	}
	return a, nil
}

func decode(text string) []byte {
	data, _ := base64.StdEncoding.DecodeString(text)
	return data
}

// client has connections of its own: as many clients, as many connections.
func (a *api) client(http2 bool) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: a.tls.Clone(), ForceAttemptHTTP2: http2, DialContext: dialer.DialContext,
	}}
}

// ask reads the answer to its end and gives its status.
func (a *api) ask(c *http.Client, limit time.Duration, method, path string, body []byte, opened func()) (int, error) {
	ctx := context.Background()
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	request, err := http.NewRequestWithContext(ctx, method, a.server+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("User-Agent", "telemetryd")
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Content-Type", "application/json")
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if opened != nil && response.StatusCode == http.StatusOK {
		opened()
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}
