interface Props {
  size?: number;
}

export function Logo({ size = 32 }: Props) {
  return <img src="/favicon.svg" alt="" width={size} height={size} style={{ display: 'block' }} />;
}
