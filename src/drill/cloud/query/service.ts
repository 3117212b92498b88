import { randomUUID } from 'node:crypto';
import { CloudError } from '../errors.ts';
import type { CloudService } from '../service.ts';
import { elements, XML_HEAD, type XmlRecord } from '../xml.ts';
import { type QueryParameters, readQuery } from './parameters.ts';

/** What an operation answers, without the frame around it. */
export type QueryOperation = (parameters: QueryParameters) => XmlRecord | Promise<XmlRecord>;
export type QueryOperations = Record<string, QueryOperation>;

/** A service of the AWS Query protocol, such as Auto Scaling and Elastic Load Balancing: parameters in, XML out. */
export function queryService(namespace: string, operations: QueryOperations): CloudService {
  const type = 'text/xml';
  return {
    read(request) {
      const { action, parameters } = readQuery(request.body);
      return {
        operation: action,
        async answer() {
          const operation = operations[action];
          if (!operation) throw new CloudError('InvalidAction', `Could not find operation ${action}.`);
          const result = elements(await operation(parameters), 'member');
          const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
          const body =
            `${XML_HEAD}<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result>` +
            `${metadata}</${action}Response>`;
          return { type, body };
        },
      };
    },
    failure({ code, message, status }) {
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
      const body =
        `${XML_HEAD}<ErrorResponse xmlns="${namespace}"><Error>${elements(error, 'member')}</Error>` +
        `<RequestId>${randomUUID()}</RequestId></ErrorResponse>`;
      return { type, body };
    },
    throttled: () => new CloudError('Throttling', 'Rate exceeded'),
    skewed: (signedAt, early) =>
      new CloudError(
        'SignatureDoesNotMatch',
        `Signature ${early ? 'expired' : 'not yet current'}: ${signedAt}`,
        403,
      ),
  };
}
