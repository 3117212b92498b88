/** The portal of SSO and its tokens: a part of its own. */
export { GetRoleCredentialsCommand, SSOClient } from '@aws-sdk/nested-clients/sso';
export { fromSso } from '@aws-sdk/token-providers';
export { getSSOTokenFromFile } from '@smithy/core/config';
