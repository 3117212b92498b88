/** As they stand in the names of AWS's endpoint variables (`AWS_ENDPOINT_URL_ROUTE_53`), with the names in their hosts. */
export const HOST_NAMES = {
  SSM: 'ssm',
  EC2: 'ec2',
  STS: 'sts',
  SSO: 'portal.sso',
  SSO_OIDC: 'oidc',
  ELASTIC_LOAD_BALANCING: 'elasticloadbalancing',
  ELASTIC_LOAD_BALANCING_V2: 'elasticloadbalancing',
  AUTO_SCALING: 'autoscaling',
  EKS: 'eks',
  ROUTE_53: 'route53',
} as const;

export type Service = keyof typeof HOST_NAMES;
