#!/bin/sh
# Starts the control plane of the machine `solo`; the first time it makes the certificates and imports the images.
set -e
. /opt/solo/env
if [ ! -e "$CONFIG" ]; then
  for name in kubectl kubelet; do ln -sf "/opt/kubernetes/$name" "/usr/local/bin/$name"; done
  ln -sf /opt/etcd/etcdctl /usr/local/bin/etcdctl
  # Where RKE2 keeps it: not in the path of a login.
  mkdir -p /var/lib/rancher/rke2/bin "$MANIFESTS" "${CONFIG%/*}"
  ln -sf /opt/kubernetes/crictl /var/lib/rancher/rke2/bin/crictl
  kubeadm() { /opt/kubernetes/kubeadm init phase "$@" --cert-dir "$PKI" --apiserver-advertise-address "$ADDRESS" --kubernetes-version "$VERSION"; }
  kubeadm certs all --apiserver-cert-extra-sans 127.0.0.1 --service-cidr 10.43.0.0/16
  kubeadm kubeconfig all --kubeconfig-dir "$HOME_DIR" --node-name solo
  # Every component reaches the API server over loopback, as within k3s.
  sed -i "s|server: .*|server: https://127.0.0.1:$PORT|" "$HOME_DIR"/*.conf
  systemctl start kernel-view containerd
  for image in pause telemetry kube-scheduler; do ctr -a "$SOCKET" -n k8s.io images import "/opt/images/$image.tar"; done
  systemctl start etcd kube-apiserver
  # The API server's own certificate for kubelets belongs to this group.
  kubectl --kubeconfig "$HOME_DIR/super-admin.conf" create clusterrolebinding kubeadm:cluster-admins --clusterrole=cluster-admin --group=kubeadm:cluster-admins
  mv "$HOME_DIR/super-admin.conf" "$CONFIG"
fi
systemctl start kernel-view containerd etcd kube-apiserver kube-controller-manager kube-scheduler kubelet
