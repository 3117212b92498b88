/** The instance types of the drill's cloud. */
export interface InstanceTypeFacts {
  vcpus: number;
  memoryMib: number;
  architecture: 'x86_64' | 'arm64';
}

const FAMILIES: Record<string, { memoryPerVcpuMib: number; architecture: 'x86_64' | 'arm64' }> = {
  m5: { memoryPerVcpuMib: 4096, architecture: 'x86_64' },
  m6i: { memoryPerVcpuMib: 4096, architecture: 'x86_64' },
  m7i: { memoryPerVcpuMib: 4096, architecture: 'x86_64' },
  c7i: { memoryPerVcpuMib: 2048, architecture: 'x86_64' },
  r7i: { memoryPerVcpuMib: 8192, architecture: 'x86_64' },
  m7g: { memoryPerVcpuMib: 4096, architecture: 'arm64' },
  c5: { memoryPerVcpuMib: 2048, architecture: 'x86_64' },
  c6i: { memoryPerVcpuMib: 2048, architecture: 'x86_64' },
  r5: { memoryPerVcpuMib: 8192, architecture: 'x86_64' },
  r6i: { memoryPerVcpuMib: 8192, architecture: 'x86_64' },
  p5: { memoryPerVcpuMib: 10_922, architecture: 'x86_64' },
};

const SIZES: Record<string, number> = {
  large: 2,
  xlarge: 4,
  '2xlarge': 8,
  '4xlarge': 16,
  '8xlarge': 32,
  '12xlarge': 48,
  '16xlarge': 64,
  '24xlarge': 96,
  '48xlarge': 192,
};

export function factsOf(type: string): InstanceTypeFacts | undefined {
  const [family = '', size = ''] = type.split('.');
  const row = FAMILIES[family];
  const vcpus = SIZES[size];
  if (!row || !vcpus) return undefined;
  return { vcpus, memoryMib: vcpus * row.memoryPerVcpuMib, architecture: row.architecture };
}
