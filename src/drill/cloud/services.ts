import { autoscaling } from './autoscaling/service.ts';
import { ec2 } from './ec2/service.ts';
import { eks } from './eks/service.ts';
import { elasticLoadBalancing } from './elb/service.ts';
import { route53 } from './route53/service.ts';
import type { CloudService, ServiceDeps } from './service.ts';
import { ssm } from './ssm/service.ts';

/** By the name in the scope of a signature. */
export const SERVICES: Record<string, (deps: ServiceDeps) => CloudService> = {
  autoscaling,
  ec2,
  eks,
  elasticloadbalancing: elasticLoadBalancing,
  route53,
  ssm,
};
