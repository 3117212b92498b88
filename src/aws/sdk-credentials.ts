/** How the AWS tools read their files, loaded only when a cloud is used. */
export { fromIni } from '@aws-sdk/credential-provider-ini';
export { loadSharedConfigFiles } from '@smithy/core/config';
