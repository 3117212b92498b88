/** Where a kubelet puts a container: the pod's slice, and the container's scope in it. */
export function podCgroup(uid: string, container: string): string {
  const slice = 'kubepods-besteffort';
  return `/kubepods.slice/${slice}.slice/${slice}-pod${uid.replaceAll('-', '_')}.slice/cri-containerd-${container}.scope`;
}
