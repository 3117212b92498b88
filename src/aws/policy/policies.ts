import type { Permission, Policy } from './types.ts';

const INSTANCES = ['arn:aws:ec2:*:*:instance/*'];

const TARGET_GROUPS = ['arn:aws:elasticloadbalancing:*:*:targetgroup/*/*'];
const CLASSIC = ['arn:aws:elasticloadbalancing:*:*:loadbalancer/*'];
const replacing = 'no check says that a scaling group would replace the machine';
const onlyClassic = 'only for Classic Load Balancers';
const ACLS = ['arn:aws:ec2:*:*:network-acl/*'];
const LISTS = ['arn:aws:ec2:*:*:prefix-list/*'];
const GROUPS = ['arn:aws:ec2:*:*:security-group/*', 'arn:aws:ec2:*:*:security-group-rule/*'];

const LISTENERS = ['arn:aws:elasticloadbalancing:*:*:listener/*/*/*/*'];
const EKS_CLUSTERS = ['arn:aws:eks:*:*:cluster/*'];
const SCALING_GROUPS = ['arn:aws:autoscaling:*:*:autoScalingGroup:*:autoScalingGroupName/*'];

/** The permissions of each verb that calls AWS, by discovery, transport or action. `docs/aws.md` is made from it. */
export const POLICIES: Record<string, Policy> = {
  discover: {
    title: 'nodes --discover',
    permissions: [
      { action: 'ec2:DescribeInstances' },
      { action: 'ssm:DescribeInstanceInformation', without: 'machines outside EC2 (`mi-…`) are not found' },
      { action: 'ssm:ListTagsForResource', without: 'machines outside EC2 (`mi-…`) are not found' },
    ],
  },
  'kit-hosts': {
    title: 'kit hosts --console',
    permissions: [{ action: 'ec2:GetConsoleOutput', resources: INSTANCES, ofCluster: true }],
  },
  ssm: {
    title: 'every verb that reaches nodes over SSM',
    permissions: [
      { action: 'ssm:SendCommand', resources: ['arn:aws:ssm:*:*:document/AWS-RunShellScript'] },
      { action: 'ssm:SendCommand', resources: [...INSTANCES], ofCluster: true },
      {
        action: 'ssm:SendCommand',
        resources: ['arn:aws:ssm:*:*:managed-instance/*'],
        note: 'only for hybrid nodes (`mi-…`)',
      },
      {
        action: 'ssm:ListCommands',
        without: 'results come late, and a command whose sending was not answered stays `unknown`',
      },
      { action: 'ssm:ListCommandInvocations' },
      { action: 'ssm:GetCommandInvocation', without: 'output is cut at 2,500 characters' },
      { action: 'ssm:CancelCommand', seldom: 'for commands that SSM does not deliver in time' },
    ],
  },
  scale: {
    title: 'scale --type',
    permissions: [
      { action: 'ec2:DescribeInstances' },
      { action: 'ec2:DescribeInstanceTypes' },
      {
        action: 'ec2:DescribeInstanceAttribute',
        without: 'stop protection shows only when the stop is tried',
      },
      { action: 'ec2:StopInstances', resources: INSTANCES, ofCluster: true },
      { action: 'ec2:ModifyInstanceAttribute', resources: INSTANCES, ofCluster: true },
      { action: 'ec2:StartInstances', resources: INSTANCES, ofCluster: true },
      {
        action: 'kms:CreateGrant',
        resources: ['arn:aws:kms:*:*:key/*'],
        only: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
        seldom: 'for volumes with a customer managed key; without it, a started machine stops again at once',
      },
    ],
  },
  'cordon-balancer': {
    title: 'cordon --at balancer',
    permissions: [
      { action: 'elasticloadbalancing:DescribeTargetGroups' },
      { action: 'elasticloadbalancing:DescribeTargetHealth' },
      { action: 'elasticloadbalancing:DescribeTargetGroupAttributes' },
      { action: 'elasticloadbalancing:DeregisterTargets', resources: TARGET_GROUPS },
      { action: 'elasticloadbalancing:RegisterTargets', resources: TARGET_GROUPS },
      {
        action: 'elasticloadbalancing:DescribeLoadBalancers',
        without: 'Classic Load Balancers are left as they are, and the check says so',
      },
      { action: 'elasticloadbalancing:DescribeInstanceHealth', note: onlyClassic },
      { action: 'elasticloadbalancing:DescribeLoadBalancerAttributes', note: onlyClassic },
      {
        action: 'elasticloadbalancing:DeregisterInstancesFromLoadBalancer',
        resources: CLASSIC,
        note: onlyClassic,
      },
      {
        action: 'elasticloadbalancing:RegisterInstancesWithLoadBalancer',
        resources: CLASSIC,
        note: onlyClassic,
      },
      { action: 'ec2:DescribeInstances', note: 'only where targets are addresses' },
      { action: 'autoscaling:DescribeAutoScalingInstances', without: replacing },
      { action: 'autoscaling:DescribeAutoScalingGroups', without: replacing },
    ],
  },
  sweep: {
    title: 'sweep',
    permissions: [
      {
        action: 'ec2:DescribeTags',
        note: 'without it, no verb that changes the cloud says that a fence stands beyond its time',
      },
      { action: 'ec2:DescribeNetworkAcls' },
      {
        action: 'ec2:DeleteNetworkAclEntry',
        resources: ACLS,
        note: 'only to remove a fence whose journal is not at hand',
      },
      {
        action: 'ec2:CreateNetworkAclEntry',
        resources: ACLS,
        note: 'only for the undo of that',
      },
      ...tagging(ACLS),
      {
        action: 'eks:ListClusters',
        resources: EKS_CLUSTERS,
        without: 'fences of EKS are not listed',
      },
      ...ofEks(),
      ...taggingEks(),
    ],
  },
  'fence-network': {
    title: 'fence --at network --with nacl',
    permissions: [
      ...inNetwork(),
      { action: 'ec2:DescribeNetworkAcls' },
      { action: 'ec2:DescribeNetworkInterfaces' },
      { action: 'ec2:CreateNetworkAclEntry', resources: ACLS },
      { action: 'ec2:DeleteNetworkAclEntry', resources: ACLS },
      ...tagging(ACLS),
    ],
  },
  'fence-network-list': {
    title: 'fence --at network --with prefix-list',
    permissions: [
      ...inNetwork(),
      ...ofGroups(),
      { action: 'ec2:DescribeManagedPrefixLists' },
      { action: 'ec2:GetManagedPrefixListEntries', resources: LISTS },
      { action: 'ec2:GetManagedPrefixListAssociations', resources: LISTS },
      { action: 'ec2:ModifyManagedPrefixList', resources: LISTS },
      ...tagging(LISTS),
    ],
  },
  'fence-network-group': {
    title: 'fence --at network --with security-group',
    permissions: [
      ...inNetwork(),
      ...ofGroups(),
      { action: 'ec2:DescribeSecurityGroups' },
      { action: 'ec2:RevokeSecurityGroupIngress', resources: GROUPS },
      { action: 'ec2:AuthorizeSecurityGroupIngress', resources: GROUPS },
      ...tagging(GROUPS),
    ],
  },
  'fence-eks': {
    title: 'fence --at network --with eks',
    permissions: [...ofEks(), ...taggingEks()],
  },
  evacuate: {
    title: 'evacuate',
    permissions: [
      { action: 'elasticloadbalancing:DescribeTargetHealth' },
      { action: 'elasticloadbalancing:DescribeListeners' },
      { action: 'elasticloadbalancing:ModifyListener', resources: LISTENERS },
      { action: 'elasticloadbalancing:DescribeRules', seldom: 'where the kit names a rule of a listener' },
      {
        action: 'elasticloadbalancing:ModifyRule',
        resources: ['arn:aws:elasticloadbalancing:*:*:listener-rule/*/*/*/*/*'],
        seldom: 'where the kit names a rule of a listener',
      },
      { action: 'route53:ListResourceRecordSets', resources: ['arn:aws:route53:::hostedzone/*'] },
      { action: 'route53:ChangeResourceRecordSets', resources: ['arn:aws:route53:::hostedzone/*'] },
    ],
  },
  'scale-volume': {
    title: 'scale --iops',
    permissions: [
      { action: 'ec2:DescribeVolumes' },
      { action: 'ec2:DescribeVolumesModifications' },
      { action: 'ec2:ModifyVolume', resources: ['arn:aws:ec2:*:*:volume/*'] },
    ],
  },
  'scale-add': {
    title: 'scale --add',
    permissions: [
      { action: 'ec2:DescribeInstances' },
      { action: 'ec2:DescribeLaunchTemplateVersions' },
      { action: 'ec2:DescribeInstanceStatus' },
      {
        action: 'ec2:RunInstances',
        resources: ['arn:aws:ec2:*:*:*/*'],
        only: { ArnLike: { 'ec2:LaunchTemplate': 'arn:aws:ec2:*:*:launch-template/*' } },
        note: 'only from a launch template: write the id of yours for the `*` in its condition',
      },
      {
        action: 'ec2:CreateTags',
        resources: ['arn:aws:ec2:*:*:*/*'],
        only: { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
        seldom: 'never by itself: a launch with tags needs it',
      },
      {
        action: 'iam:PassRole',
        resources: ['arn:aws:iam::*:role/*'],
        only: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
        seldom: 'never by itself: a template with an instance profile needs it for that role',
      },
      { action: 'ec2:TerminateInstances', resources: INSTANCES, ofOurs: true },
      { action: 'elasticloadbalancing:DescribeTargetGroups' },
      { action: 'elasticloadbalancing:DescribeTargetHealth' },
      { action: 'elasticloadbalancing:RegisterTargets', resources: TARGET_GROUPS },
      { action: 'elasticloadbalancing:DeregisterTargets', resources: TARGET_GROUPS },
    ],
  },
  'scale-eks': {
    title: 'scale --eks-tier',
    permissions: ofEks(),
  },
  'shrink-group': {
    title: 'shrink --at cloud',
    permissions: [
      { action: 'autoscaling:DescribeAutoScalingInstances' },
      { action: 'autoscaling:DescribeAutoScalingGroups' },
      { action: 'autoscaling:SuspendProcesses', resources: SCALING_GROUPS },
      { action: 'autoscaling:ResumeProcesses', resources: SCALING_GROUPS },
      { action: 'autoscaling:CreateOrUpdateTags', resources: SCALING_GROUPS },
      { action: 'autoscaling:DeleteTags', resources: SCALING_GROUPS },
      { action: 'autoscaling:EnterStandby', resources: SCALING_GROUPS, note: 'only for `--how standby`' },
      { action: 'autoscaling:ExitStandby', resources: SCALING_GROUPS, note: 'only for `--how standby`' },
      { action: 'ec2:DescribeInstances' },
      {
        action: 'ec2:DescribeInstanceAttribute',
        without: 'stop protection shows only when the stop is tried',
      },
      { action: 'ec2:CreateTags', resources: INSTANCES, ofCluster: true },
      { action: 'ec2:DeleteTags', resources: INSTANCES, ofCluster: true },
      { action: 'ec2:StopInstances', resources: INSTANCES, ofCluster: true, note: 'only for `--how stop`' },
      { action: 'ec2:StartInstances', resources: INSTANCES, ofCluster: true, note: 'only for `--how stop`' },
    ],
  },
};

function inNetwork(): Permission[] {
  return [
    { action: 'ec2:DescribeInstances' },
    { action: 'ec2:DescribeSubnets' },
    { action: 'ec2:DescribeVpcEndpoints', seldom: 'where the API has port 443' },
  ];
}

function ofGroups(): Permission[] {
  return [{ action: 'ec2:DescribeSecurityGroupRules' }, { action: 'ec2:DescribeNetworkInterfaces' }];
}

function ofEks(): Permission[] {
  return [
    { action: 'eks:DescribeCluster', resources: EKS_CLUSTERS },
    { action: 'eks:DescribeUpdate', resources: EKS_CLUSTERS, seldom: 'while an update goes on' },
    { action: 'eks:UpdateClusterConfig', resources: EKS_CLUSTERS },
  ];
}

function taggingEks(): Permission[] {
  return [
    { action: 'eks:TagResource', resources: EKS_CLUSTERS },
    { action: 'eks:UntagResource', resources: EKS_CLUSTERS },
  ];
}

function tagging(resources: string[]): Permission[] {
  return [
    { action: 'ec2:CreateTags', resources },
    { action: 'ec2:DeleteTags', resources },
  ];
}
