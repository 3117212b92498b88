/** How the AWS tools read their files, loaded only when a cloud is used. */
export { loadSharedConfigFiles } from '@smithy/core/config';
