package org.weft.compiler.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.weft.isa.machine.MachineSpec;
import org.weft.isa.row.Region;

/** Which of the nodes that are ready goes into a row first. */
enum Priority {
  /** The longest chain behind a node. */
  CHAIN {
    @Override
    void set(List<Node> nodes, TraceFlow flow, MachineSpec machine) {
      chains(nodes, machine);
    }

    @Override
    boolean suits(List<Node> nodes, TraceFlow flow) {
      return true;
    }
  },

  /**
   * How late a node makes each of the places where control leaves, by the share that leaves there.
   * (Dependence height and speculative yield: Deitrich and Hwu, Speculative Hedge, 1996.)
   */
  SHARES {
    @Override
    void set(List<Node> nodes, TraceFlow flow, MachineSpec machine) {
      chains(nodes, machine);
      shares(nodes, flow, machine);
    }

    @Override
    boolean suits(List<Node> nodes, TraceFlow flow) {
      return flow.leaving().size() > 0 && (long) nodes.size() * flow.leaving().size() <= WORK;
    }
  },

  /** The longest chain behind a node, where accesses of map values wait for their one port, too. */
  MAP_PORT {
    @Override
    void set(List<Node> nodes, TraceFlow flow, MachineSpec machine) {
      chains(nodes, machine);
      queue(nodes, machine);
    }

    @Override
    boolean suits(List<Node> nodes, TraceFlow flow) {
      return nodes.stream().filter(node -> node.region() == Region.MAP).count() > 1;
    }
  };

  /** Nodes times places where control leaves of the largest traces with shares. */
  private static final int WORK = 10_000;

  /** What going on to the end counts at least. */
  private static final double LEAST = 0.02;

  /** Gives each node of a trace its priority: the highest goes first. */
  abstract void set(List<Node> nodes, TraceFlow flow, MachineSpec machine);

  /** Whether to try it on a trace. */
  abstract boolean suits(List<Node> nodes, TraceFlow flow);

  /**
   * Behind a branch a chain is no shorter than the rows that the effects there take, with the ports
   * and units that there are.
   */
  private static void chains(List<Node> nodes, MachineSpec machine) {
    int[] effects = new int[3];
    for (int i = nodes.size() - 1; i >= 0; i--) {
      double height = 0;
      Node node = nodes.get(i);
      if (node.isControl()) {
        double local = Math.max(0, effects[0] - 1) / (double) machine.memoryPorts();
        height = Math.max(local, Math.max(effects[1] - 1, effects[2] - 1));
      } else if (node.isEffect()) {
        boolean map = node.region() == Region.MAP;
        effects[node.isCall() ? 2 : map ? 1 : 0]++;
      }
      for (Node.Edge edge : node.followers()) {
        height = Math.max(height, edge.to().priority() + rows(node, edge, machine));
      }
      node.setPriority(height);
    }
  }

  /**
   * A row has one access of a map value: the one with the shortest chain is the last of the trace,
   * and each other one has at least a row more behind it than the one that comes next. So have the
   * nodes that they wait for. Of equals the last in the program's order is the first here: that the
   * others go first has been tried by then.
   */
  private static void queue(List<Node> nodes, MachineSpec machine) {
    List<Node> accesses =
        nodes.stream()
            .filter(node -> node.region() == Region.MAP)
            .sorted(Comparator.comparingDouble(Node::priority).thenComparingInt(Node::index))
            .toList();
    double behind = -1;
    for (Node access : accesses) {
      behind = Math.max(behind + 1, access.priority());
      access.setPriority(behind);
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      double height = node.priority();
      for (Node.Edge edge : node.followers()) {
        height = Math.max(height, edge.to().priority() + rows(node, edge, machine));
      }
      node.setPriority(height);
    }
  }

  private static double rows(Node node, Node.Edge edge, MachineSpec machine) {
    boolean branches = node.isControl() && edge.to().isControl();
    return branches ? 1.0 / machine.branchSlots() : edge.rows();
  }

  private static void shares(List<Node> nodes, TraceFlow flow, MachineSpec machine) {
    int[] earliest = earliest(nodes);
    int longest = 1 + Arrays.stream(earliest).max().orElse(0);
    double end = flow.stays() + LEAST;
    double[] sums = new double[nodes.size()];
    for (Node node : nodes) {
      sums[node.index()] = end * (1 + node.priority());
    }
    List<Node> branches = new ArrayList<>();
    for (Node node : nodes) {
      if (TraceFlow.mayLeave(node.template()) && branches.size() < flow.leaving().size()) {
        branches.add(node);
      }
    }
    double[] distance = new double[nodes.size()];
    for (int b = 0; b < branches.size(); b++) {
      Node branch = branches.get(b);
      int last = branch.index();
      Arrays.fill(distance, 0, last, -1);
      distance[last] = 0;
      for (int i = last; i >= 0; i--) {
        Node node = nodes.get(i);
        for (Node.Edge edge : node.followers()) {
          int to = edge.to().index();
          if (to <= last && distance[to] >= 0) {
            distance[i] = Math.max(distance[i], distance[to] + rows(node, edge, machine));
          }
        }
        if (distance[i] >= 0) {
          // The nearer a place is, the more a row matters.
          sums[i] += flow.leaving().get(b) * (longest - earliest[last] + distance[i]);
        }
      }
    }
    nodes.forEach(node -> node.setPriority(sums[node.index()]));
  }

  /** The first row of each node, as far as nodes have to wait for each other. */
  private static int[] earliest(List<Node> nodes) {
    int[] earliest = new int[nodes.size()];
    for (Node node : nodes) {
      for (Node.Edge edge : node.followers()) {
        int to = edge.to().index();
        earliest[to] = Math.max(earliest[to], earliest[node.index()] + edge.rows());
      }
    }
    return earliest;
  }
}
