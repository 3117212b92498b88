import { CloudError } from '../errors.ts';
import type { CloudRequest, CloudService, ServiceDeps } from '../service.ts';
import { elements, Many, XML_HEAD, type XmlRecord } from '../xml.ts';
import type { WeightedSet } from './world.ts';

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/';
const PAGE = 300;

/** Simulated Route 53 (REST with XML): weighted record sets. */
export function route53({ world, now }: ServiceDeps): CloudService {
  const zone = (id: string) => {
    const sets = world.dns?.zones[id];
    if (!sets) throw new CloudError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, 404);
    return sets;
  };
  return {
    read(request) {
      const id = /\/hostedzone\/([^/]+)\/rrset/.exec(request.url.pathname)?.[1] ?? '';
      const operation = request.method === 'GET' ? 'ListResourceRecordSets' : 'ChangeResourceRecordSets';
      return {
        operation,
        async answer() {
          const body = request.method === 'GET' ? list(zone(id), request) : change(zone(id), request, now());
          if (request.method !== 'GET') world.dns?.onChange?.(id);
          const root = `${operation}Response`;
          return {
            type: 'text/xml',
            body: `${XML_HEAD}<${root} xmlns="${NAMESPACE}">${elements(body, 'member')}</${root}>`,
          };
        },
      };
    },
    failure({ code, message, status }) {
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
      const body =
        `${XML_HEAD}<ErrorResponse xmlns="${NAMESPACE}"><Error>${elements(error, 'member')}</Error>` +
        '<RequestId>0</RequestId></ErrorResponse>';
      return { type: 'text/xml', body };
    },
    throttled: () => new CloudError('Throttling', 'Rate exceeded'),
    skewed: (signedAt) => new CloudError('SignatureDoesNotMatch', `Signature expired: ${signedAt}`, 403),
  };
}

function list(sets: WeightedSet[], { url }: CloudRequest): XmlRecord {
  const from = [url.searchParams.get('name') ?? '', url.searchParams.get('type') ?? ''];
  const identifier = url.searchParams.get('identifier') ?? '';
  const max = Math.min(PAGE, Number(url.searchParams.get('maxitems') ?? PAGE));
  const keyOf = ({ name, type, set }: WeightedSet) => `${name} ${type} ${set}`;
  const left = [...sets]
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .filter((set) => keyOf(set) >= `${from.join(' ')} ${identifier}`);
  const next = left[max];
  return {
    ResourceRecordSets: new Many('ResourceRecordSet', left.slice(0, max).map(setValue)),
    IsTruncated: next !== undefined,
    MaxItems: String(max),
    ...(next && {
      NextRecordName: next.name,
      NextRecordType: next.type,
      NextRecordIdentifier: next.set,
    }),
  };
}

const setValue = ({ name, type, set, weight, ttl, values }: WeightedSet): XmlRecord => ({
  Name: name,
  Type: type,
  SetIdentifier: set,
  Weight: weight,
  TTL: ttl,
  ResourceRecords: new Many(
    'ResourceRecord',
    values.map((Value) => ({ Value })),
  ),
});

/** All changes of a batch, or none. */
function change(sets: WeightedSet[], { body }: CloudRequest, now: number): XmlRecord {
  const after = [...sets];
  for (const [, text = ''] of body.matchAll(/<Change>([\s\S]*?)<\/Change>/g)) {
    const action = tag(text, 'Action');
    const wanted = readSet(text);
    const same = after.findIndex(
      ({ name, type, set }) => name === wanted.name && type === wanted.type && set === wanted.set,
    );
    const isAsFound = same >= 0 && JSON.stringify(after[same]) === JSON.stringify(wanted);
    if (action === 'DELETE' && !isAsFound)
      throw new CloudError(
        'InvalidChangeBatch',
        `Tried to delete resource record set ${wanted.name} but the values provided do not match the current values`,
      );
    if (action === 'CREATE' && same >= 0)
      throw new CloudError(
        'InvalidChangeBatch',
        `Tried to create resource record set ${wanted.name} but it already exists`,
      );
    if (same >= 0) after.splice(same, 1);
    if (action !== 'DELETE') after.push(wanted);
  }
  after.sort((a, b) => (a.set < b.set ? -1 : 1));
  sets.splice(0, sets.length, ...after);
  return { ChangeInfo: { Id: '/change/C1', Status: 'PENDING', SubmittedAt: new Date(now).toISOString() } };
}

const tag = (text: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';

function readSet(text: string): WeightedSet {
  return {
    name: tag(text, 'Name'),
    type: tag(text, 'Type'),
    set: tag(text, 'SetIdentifier'),
    weight: Number(tag(text, 'Weight')),
    ttl: Number(tag(text, 'TTL')),
    values: [...text.matchAll(/<Value>([^<]*)<\/Value>/g)].map(([, value]) => value!),
  };
}
