# Tells the version that the case says.
cat "$SANDBOX/kubelet-version" 2>/dev/null || echo 'Kubernetes v1.34.1'
