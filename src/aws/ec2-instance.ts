/** The part of EC2's DescribeInstances that discovery needs. */
export interface Ec2Instance {
  InstanceId?: string | undefined;
  InstanceType?: string | undefined;
  Architecture?: string | undefined;
  PrivateIpAddress?: string | undefined;
  PublicIpAddress?: string | undefined;
  VpcId?: string | undefined;
  PrivateDnsName?: string | undefined;
  Placement?: { AvailabilityZone?: string | undefined } | undefined;
  Tags?: { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

export interface Ec2Page {
  Reservations?: { Instances?: Ec2Instance[] | undefined }[] | undefined;
  NextToken?: string | undefined;
}

export interface Ec2Query {
  Filters: { Name: string; Values: string[] }[];
  MaxResults: number;
  NextToken?: string;
}
