/** Keys that the machine or the container has by itself: a part of its own. */
export { fromHttp } from '@aws-sdk/credential-provider-http';
export { fromInstanceMetadata } from '@smithy/credential-provider-imds';
