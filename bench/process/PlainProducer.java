import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What stands beside appends to Kafka: Kafka's own producer sends one frame, from a file, so many times over the partitions of a topic in turn, as its
 * defaults are, with zstd of the same level. Half as many are sent before, for the compiler's sake. Prints milliseconds by the clock and of the processor.
 *
 * java -cp 'JARS/*' PlainProducer.java BROKERS TOPIC PARTITIONS FRAMES FILE
 */
public final class PlainProducer {
  public static void main(String[] args) throws Exception {
    int partitions = Integer.parseInt(args[2]);
    int frames = Integer.parseInt(args[3]);
    byte[] frame = Files.readAllBytes(Path.of(args[4]));
    Properties properties = new Properties();
    properties.put("bootstrap.servers", args[0]);
    properties.put("acks", "all");
    properties.put("compression.type", "zstd");
    properties.put("compression.zstd.level", "1");
    properties.put("max.request.size", String.valueOf(4 * 1024 * 1024));
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      send(producer, args[1], partitions, frames / 2, frame);
      OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
      long begun = System.nanoTime();
      long processor = system.getProcessCpuTime();
      send(producer, args[1], partitions, frames, frame);
      System.out.printf(
          "{\"ms\":%d,\"processorMs\":%d}%n",
          (System.nanoTime() - begun) / 1_000_000, (system.getProcessCpuTime() - processor) / 1_000_000);
    }
  }

  /** Over when each was acknowledged. */
  private static void send(KafkaProducer<byte[], byte[]> producer, String topic, int partitions, int frames, byte[] frame) {
    AtomicReference<Exception> failed = new AtomicReference<>();
    for (int sent = 0; sent < frames; sent += 1)
      producer.send(
          new ProducerRecord<>(topic, sent % partitions, null, frame),
          (metadata, cause) -> {
            if (cause != null) failed.set(cause);
          });
    producer.flush();
    if (failed.get() != null) throw new IllegalStateException(failed.get());
  }
}
