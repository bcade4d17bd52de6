/**
 * Patterns of the calls that surround the frames of a topic. Frames themselves come under the topic's own name, many in one call:
 *
 *   @MessagePattern(assigned(topic))   the partition is ours: answers with where to read from
 *   @EventPattern(topic)               frames in order; what it throws decides, as `Reader.frames` says
 *   @EventPattern(poison(topic))       a frame that cannot be digested
 *   @EventPattern(revoked(topic))      the partition leaves
 */
export function assigned(topic: string): string {
  return `assigned ${topic}`;
}
export function poison(topic: string): string {
  return `poison ${topic}`;
}
export function revoked(topic: string): string {
  return `revoked ${topic}`;
}
