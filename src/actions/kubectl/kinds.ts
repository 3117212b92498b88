/** How the API serves a kind of object. */
export interface ApiKind {
  kind: string;
  /** The plural name in paths. */
  resource: string;
  /** `''` for the core group. */
  group: string;
  version: string;
  namespaced: boolean;
}

interface Row extends ApiKind {
  /** Short names, as kubectl has them. */
  short: string[];
}

/** `GROUP/VERSION Kind plural short,short`; a star where it is not namespaced. */
const BUILT_IN = `
v1 ConfigMap configmaps cm
v1 Endpoints endpoints ep
v1 LimitRange limitranges limits
v1 PersistentVolumeClaim persistentvolumeclaims pvc
v1 Pod pods po
v1 PodTemplate podtemplates
v1 ReplicationController replicationcontrollers rc
v1 ResourceQuota resourcequotas quota
v1 Secret secrets
v1 Service services svc
v1 ServiceAccount serviceaccounts sa
v1* Namespace namespaces ns
v1* Node nodes no
v1* PersistentVolume persistentvolumes pv
apps/v1 DaemonSet daemonsets ds
apps/v1 Deployment deployments deploy
apps/v1 ReplicaSet replicasets rs
apps/v1 StatefulSet statefulsets sts
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa
batch/v1 CronJob cronjobs cj
batch/v1 Job jobs
coordination.k8s.io/v1 Lease leases
discovery.k8s.io/v1 EndpointSlice endpointslices
networking.k8s.io/v1 Ingress ingresses ing
networking.k8s.io/v1 NetworkPolicy networkpolicies netpol
policy/v1 PodDisruptionBudget poddisruptionbudgets pdb
rbac.authorization.k8s.io/v1 Role roles
rbac.authorization.k8s.io/v1 RoleBinding rolebindings
rbac.authorization.k8s.io/v1* ClusterRole clusterroles
rbac.authorization.k8s.io/v1* ClusterRoleBinding clusterrolebindings
admissionregistration.k8s.io/v1* MutatingWebhookConfiguration mutatingwebhookconfigurations
admissionregistration.k8s.io/v1* ValidatingAdmissionPolicy validatingadmissionpolicies
admissionregistration.k8s.io/v1* ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings
admissionregistration.k8s.io/v1* ValidatingWebhookConfiguration validatingwebhookconfigurations
apiextensions.k8s.io/v1* CustomResourceDefinition customresourcedefinitions crd,crds
apiregistration.k8s.io/v1* APIService apiservices
flowcontrol.apiserver.k8s.io/v1* FlowSchema flowschemas
flowcontrol.apiserver.k8s.io/v1* PriorityLevelConfiguration prioritylevelconfigurations
networking.k8s.io/v1* IngressClass ingressclasses
node.k8s.io/v1* RuntimeClass runtimeclasses
scheduling.k8s.io/v1* PriorityClass priorityclasses pc
storage.k8s.io/v1* StorageClass storageclasses sc
`;

const ROWS: Row[] = BUILT_IN.trim().split('\n').map(rowOf);

function rowOf(line: string): Row {
  const [where = '', kind = '', resource = '', short = ''] = line.split(' ');
  const [group, version] = apiVersionParts(where.replace('*', ''));
  return { kind, resource, group, version, namespaced: !where.endsWith('*'), short: short.split(',') };
}

/** `apps/v1` as group and version; the core group has no name. */
export function apiVersionParts(apiVersion: string): [group: string, version: string] {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? ['', group] : [group, version];
}

/** The built-in kind of that name in a group, whatever its version. */
export function builtInKind(kind: string, group: string): ApiKind | undefined {
  return ROWS.find((row) => row.kind === kind && row.group === group);
}

/** `daemonset`, `daemonsets`, `ds` or `DaemonSet`, as kubectl takes them. */
export function kindByWord(word: string): ApiKind | undefined {
  const small = word.toLowerCase();
  return ROWS.find(
    (row) => row.kind.toLowerCase() === small || row.resource === small || row.short.includes(small),
  );
}

/** The kind that is served under a plural name; the name itself where it is not built in. */
export function kindOfResource(resource: string, group: string): string {
  return ROWS.find((row) => row.resource === resource && row.group === group)?.kind ?? resource;
}

/** As API machinery makes the plural names of kinds. */
export function pluralOf(kind: string): string {
  const small = kind.toLowerCase();
  if (/(s|x|z|ch|sh)$/.test(small)) return `${small}es`;
  return /[^aeiou]y$/.test(small) ? `${small.slice(0, -1)}ies` : `${small}s`;
}

/** The raw path of one object. */
export function pathOf(
  { group, version, resource }: Pick<ApiKind, 'group' | 'version' | 'resource'>,
  name: string,
  namespace?: string,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${resource}/${name}`;
}
