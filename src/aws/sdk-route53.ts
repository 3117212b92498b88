/** The part of the Route 53 client that is used: bundled alone and loaded only when it is. */
export {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
