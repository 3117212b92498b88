export const NAME = 'etcd-nospace';
export const TITLE = 'etcd is out of space: the API servers read, and refuse every write';
